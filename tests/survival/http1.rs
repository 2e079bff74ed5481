//! Requests over HTTP/1.1 that two readers could take for two different things: they are refused, or there is one way
//! to take them. (RFC 9112, sections 2, 3, 5, 6 and 11.2.)

use crate::support::api::{Api, Server};
use crate::support::raw::{self, Raw};

/// What an attacker would have the server take for a request of its own.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nhost: shelf\r\n\r\n";

each_http!(
    a_host_is_there_once_and_is_one,
    a_body_that_has_two_lengths_is_refused,
    a_length_that_is_none_is_refused,
    a_chunk_that_is_none_is_refused,
    a_transfer_coding_other_than_chunked_is_not_implemented,
    a_head_that_is_not_clear_is_refused,
    what_has_one_meaning_is_taken,
    a_head_has_its_limits,
);

async fn a_host_is_there_once_and_is_one<A: Api>() {
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
    for host in ["a", "a:80", "a:", "", "127.0.0.1:3000", "[::1]:3000"] {
        let answered = raw::statuses(server.address, &format!("{line}host: {host}\r\n\r\n")).await;
        assert_eq!(answered, [200], "{host:?}");
    }
    assert_eq!(
        raw::statuses(server.address, &format!("GET {} HTTP/1.0\r\n\r\n", raw::path::<A>())).await,
        [200]
    );
}

/// The heads of a POST that end in these lines are refused, and what follows is not looked at.
async fn refused<A: Api>(status: u16, rests: &[&str]) {
    let server = Server::start::<A>().await;
    for rest in rests {
        let answered = raw::statuses(server.address, &format!("{}{rest}{SMUGGLED}", raw::post::<A>())).await;
        assert_eq!(answered, [status], "{rest:?}");
    }
}

async fn a_body_that_has_two_lengths_is_refused<A: Api>() {
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

async fn a_length_that_is_none_is_refused<A: Api>() {
    let lengths = ["", "+2", "-2", "0x2", "2 2", "2.0", "two", "99999999999999999999"];
    let heads = lengths.map(|length| format!("content-length: {length}\r\n\r\n{{}}"));
    refused::<A>(400, &heads.each_ref().map(String::as_str)).await;
}

async fn a_chunk_that_is_none_is_refused<A: Api>() {
    let bodies = [
        "-2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "two\r\n{}\r\n0\r\n\r\n",
        // 2^64 + 2
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
        // Lines that end in LF alone.
        "2\n{}\n0\n\n",
        "2;x\n{}\r\n0\r\n\r\n",
        // A chunk that is longer than it says.
        "2\r\n{}{}0\r\n\r\n",
    ];
    let bodies = bodies.map(|body| format!("transfer-encoding: chunked\r\n\r\n{body}"));
    refused::<A>(400, &bodies.each_ref().map(String::as_str)).await;
}

async fn a_transfer_coding_other_than_chunked_is_not_implemented<A: Api>() {
    let two = "transfer-encoding: chunked\r\ntransfer-encoding: chunked";
    let heads = [
        "transfer-encoding: identity, chunked",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: chunked, chunked",
        two,
    ];
    let heads = heads.map(|head| format!("{head}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"));
    refused::<A>(501, &heads.each_ref().map(String::as_str)).await;
    // Here hyper cannot even tell where the body ends.
    let heads = ["identity", "gzip", "chunked, identity", "xchunked", "\u{b}chunked", "chunked;q=1"]
        .map(|coding| format!("transfer-encoding: {coding}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"));
    refused::<A>(400, &heads.each_ref().map(String::as_str)).await;
}

async fn a_head_that_is_not_clear_is_refused<A: Api>() {
    refused::<A>(
        400,
        &[
            // A line that is folded, and a blank before the colon (section 5).
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
        "GET / HTTP/1.1\r\n host: shelf\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: shelf\r\n\r\n",
        "GET / HTTP/1.2\r\nhost: shelf\r\n\r\n",
        "GET / HTTP/2.0\r\nhost: shelf\r\n\r\n",
        "GET / http/1.1\r\nhost: shelf\r\n\r\n",
        "GET /\r\nhost: shelf\r\n\r\n",
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

async fn what_has_one_meaning_is_taken<A: Api>() {
    let server = Server::start::<A>().await;
    let get = raw::get::<A>();
    let line = get.lines().next().unwrap();
    for (request, answered) in [
        // A client that ends its lines in LF may be understood (section 2.2); empty lines before a request are none.
        (get.replace("\r\n", "\n"), &[200, 404][..]),
        (format!("\r\n\r\n{get}"), &[200, 404]),
        // A body is a body, also where none is asked for.
        (
            format!("{line}\r\nhost: shelf\r\ncontent-length: {}\r\n\r\n{SMUGGLED}", SMUGGLED.len()),
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

async fn a_head_has_its_limits<A: Api>() {
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
