//! Tests of ambiguous HTTP/1.1 requests, as used for request smuggling. The servers reject them, or interpret
//! them in only one way (RFC 9112, sections 2, 3, 5, 6 and 11.2).

use crate::support::api::{Api, Server};
use crate::support::raw::{self, Raw};

/// The request that an attacker tries to smuggle.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n";

each_http!(
    request_must_have_one_valid_host,
    body_with_two_lengths_is_rejected,
    invalid_content_length_is_rejected,
    invalid_chunk_is_rejected,
    unknown_transfer_coding_is_not_implemented,
    ambiguous_request_head_is_rejected,
    unambiguous_requests_are_accepted,
    oversized_request_head_is_rejected,
);

async fn request_must_have_one_valid_host<A: Api>() {
    let server = Server::start::<A>().await;
    let line = format!("GET {} HTTP/1.1\r\n", raw::path::<A>());
    for hosts in [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nHOST: b\r\n",
        "host: a b\r\n",
        "host: a/b\r\n",
        "host: user@a\r\n",
        "host: a@a:80\r\n",
        "host: a:port\r\n",
        "host: a:99999\r\n",
        "host: a:+80\r\n",
        "host: [::1\r\n",
    ] {
        let answered = raw::statuses(server.address, &format!("{line}{hosts}\r\n{SMUGGLED}")).await;
        assert_eq!(answered, [400], "{hosts:?}");
    }
    for host in ["localhost", "localhost:80", "localhost:", "", "127.0.0.1:3000", "[::1]:3000"] {
        let answered = raw::statuses(server.address, &format!("{line}host: {host}\r\n\r\n")).await;
        assert_eq!(answered, [200], "{host:?}");
    }
    assert_eq!(
        raw::statuses(server.address, &format!("GET {} HTTP/1.0\r\n\r\n", raw::path::<A>())).await,
        [200]
    );
}

/// Asserts that the server rejects an ambiguous POST request with `status`, and does not respond to the
/// request [`SMUGGLED`] that follows in the same bytes. Each of `rests` contains the last header fields and
/// the body of a POST.
async fn refused<A: Api>(status: u16, rests: &[&str]) {
    let server = Server::start::<A>().await;
    for rest in rests {
        let answered = raw::statuses(server.address, &format!("{}{rest}{SMUGGLED}", raw::post::<A>())).await;
        assert_eq!(answered, [status], "{rest:?}");
    }
}

async fn body_with_two_lengths_is_rejected<A: Api>() {
    refused::<A>(
        400,
        &[
            "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n",
            "content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
            "content-length: 2, 2\r\n\r\n{}",
            "content-length: 2\r\ncontent-length: 2, 3\r\n\r\n{}",
        ],
    )
    .await;
}

async fn invalid_content_length_is_rejected<A: Api>() {
    let lengths = ["", "+2", "-2", "0x2", "2 2", "2.0", "two", "99999999999999999999"];
    let heads = lengths.map(|length| format!("content-length: {length}\r\n\r\n{{}}"));
    refused::<A>(400, &heads.each_ref().map(String::as_str)).await;
}

async fn invalid_chunk_is_rejected<A: Api>() {
    let bodies = [
        "-2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "two\r\n{}\r\n0\r\n\r\n",
        // 2^64 + 2.
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
        // Lines that end in a bare LF.
        "2\n{}\n0\n\n",
        "2;x\n{}\r\n0\r\n\r\n",
        // A chunk that is longer than its size.
        "2\r\n{}{}0\r\n\r\n",
    ];
    let bodies = bodies.map(|body| format!("transfer-encoding: chunked\r\n\r\n{body}"));
    refused::<A>(400, &bodies.each_ref().map(String::as_str)).await;
}

async fn unknown_transfer_coding_is_not_implemented<A: Api>() {
    let two = "transfer-encoding: chunked\r\ntransfer-encoding: chunked";
    let heads = [
        "transfer-encoding: identity, chunked",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: chunked, chunked",
        two,
    ];
    let heads = heads.map(|head| format!("{head}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"));
    refused::<A>(501, &heads.each_ref().map(String::as_str)).await;
    // hyper cannot determine the end of the body here.
    let heads = ["identity", "gzip", "chunked, identity", "xchunked", "\u{b}chunked", "chunked;q=1"]
        .map(|coding| format!("transfer-encoding: {coding}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"));
    refused::<A>(400, &heads.each_ref().map(String::as_str)).await;
}

async fn ambiguous_request_head_is_rejected<A: Api>() {
    refused::<A>(
        400,
        &[
            // A folded line, and a space before the colon (section 5).
            "x: a\r\n b\r\n\r\n",
            "content-length : 2\r\n\r\n{}",
            "transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
            // Control characters.
            "x: a\rb\r\n\r\n",
            "x: a\0b\r\n\r\n",
            "x y: a\r\n\r\n",
            ": a\r\n\r\n",
            "x\r\n\r\n",
        ],
    )
    .await;
    let server = Server::start::<A>().await;
    for request in [
        "GET / HTTP/1.1\r\n host: localhost\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "GET / HTTP/1.2\r\nhost: localhost\r\n\r\n",
        "GET / HTTP/2.0\r\nhost: localhost\r\n\r\n",
        "GET / http/1.1\r\nhost: localhost\r\n\r\n",
        "GET /\r\nhost: localhost\r\n\r\n",
        "GET /\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}",
    ] {
        assert_eq!(
            raw::statuses(server.address, &format!("{request}{SMUGGLED}")).await,
            [400],
            "{request:?}"
        );
    }
}

async fn unambiguous_requests_are_accepted<A: Api>() {
    let server = Server::start::<A>().await;
    let get = raw::get::<A>();
    let line = get.lines().next().unwrap();
    for (request, answered) in [
        // A recipient may accept a bare LF (section 2.2) and ignores empty lines before a request.
        (get.replace("\r\n", "\n"), &[200, 404][..]),
        (format!("\r\n\r\n{get}"), &[200, 404]),
        // A body is accepted even where the operation needs none.
        (
            format!("{line}\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{SMUGGLED}", SMUGGLED.len()),
            &[200, 404],
        ),
    ] {
        assert_eq!(
            raw::statuses(server.address, &format!("{request}{SMUGGLED}")).await,
            answered,
            "{request:?}"
        );
    }
}

async fn oversized_request_head_is_rejected<A: Api>() {
    let server = Server::start::<A>().await;
    let long = "x".repeat(16_384);
    let many: String = (0..100).map(|number| format!("x{number}: y\r\n")).collect();
    let (get, path) = (raw::get::<A>(), raw::path::<A>());
    for request in [
        get.replace("host:", &format!("x: {long}\r\nhost:")),
        get.replace(path, &format!("{path}{long}")),
        get.replace("host:", &format!("{many}host:")),
    ] {
        let answer = Raw::saying(server.address, request).await.rest().await;
        assert!(answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{answer}");
    }
}
