//! Requests over HTTP/1.1 that two readers could take for two different things: they are refused, or there is one way
//! to take them. (RFC 9112, sections 2, 3, 5, 6 and 11.2.)

use axum::Router;
use axum::routing::{get, post};
use clients::Rest;
use server_kit::{Limits, Shutdown};
use socket_tap::close::EndedBy;
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;

use crate::support::api::{Api, Server};
use crate::support::raw::{self, Raw};
use crate::survival_http2::{Attacker, flood};

/// What an attacker would have the server take for a request of its own.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nhost: shelf\r\n\r\n";

/// The statuses that the server answers with, and only when it ends the connection is it done.
async fn statuses(server: &Server, request: &str) -> Vec<u16> {
    let mut client = Raw::saying(server.address, request).await;
    client.finish().await;
    let answers = client.rest().await;
    answers.split("HTTP/1.").skip(1).map(|answer| answer[2..5].parse().unwrap()).collect()
}

each_http!(
    a_host_is_there_once_and_is_one,
    a_body_that_has_two_lengths_is_refused,
    a_length_that_is_none_is_refused,
    a_chunk_that_is_none_is_refused,
    a_transfer_coding_other_than_chunked_is_not_implemented,
    a_head_that_is_not_clear_is_refused,
    what_has_one_meaning_is_taken,
    a_head_has_its_limits,
    a_client_that_has_finished_sending_gets_its_answer,
    a_client_that_has_sent_a_body_and_finished_gets_its_answer,
    a_client_that_sends_all_before_it_reads_gets_the_refusal,
    a_client_that_sends_for_ever_is_not_read_for_ever,
    a_client_that_asks_first_need_not_send_what_is_too_long,
    requests_whose_answers_nobody_reads,
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
        "host: a:port\r\n",
        "host: a:99999\r\n",
        "host: a:+80\r\n",
        "host: [::1\r\n",
    ] {
        let answered = statuses(&server, &format!("{line}{hosts}\r\n{SMUGGLED}")).await;
        assert_eq!(answered, [400], "{hosts:?}");
    }
    for host in ["a", "a:80", "a:", "", "127.0.0.1:3000", "[::1]:3000"] {
        let answered = statuses(&server, &format!("{line}host: {host}\r\n\r\n")).await;
        assert_eq!(answered, [200], "{host:?}");
    }
    assert_eq!(statuses(&server, &format!("GET {} HTTP/1.0\r\n\r\n", raw::path::<A>())).await, [200]);
}

/// The heads of a POST that end in these lines are refused, and what follows is not looked at.
async fn refused<A: Api>(status: u16, rests: &[&str]) {
    let server = Server::start::<A>().await;
    for rest in rests {
        let answered = statuses(&server, &format!("{}{rest}{SMUGGLED}", raw::post::<A>())).await;
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
        assert_eq!(statuses(&server, &format!("{request}{SMUGGLED}")).await, [400], "{request:?}");
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
        assert_eq!(statuses(&server, &format!("{request}{SMUGGLED}")).await, answered, "{request:?}");
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

/// As `nc -N` does.
async fn a_client_that_has_finished_sending_gets_its_answer<A: Api>() {
    let server = Server::start::<A>().await;
    assert_eq!(statuses(&server, &raw::get::<A>()).await, [200]);
    // Half a body is none, and half a head is no request.
    let half = format!("{}content-length: 100\r\n\r\n{{", raw::post::<A>());
    assert_eq!(statuses(&server, &half).await, [400]);
    assert!(statuses(&server, &raw::get::<A>()[..10]).await.is_empty());
}

/// The server, which shares this thread, waits for a request, and then reads it and the end in one go.
async fn a_client_that_has_sent_a_body_and_finished_gets_its_answer<A: Api>() {
    let server = Server::start::<A>().await;
    let lacking = if A::API == "rest" { "HTTP/1.1 422 " } else { "HTTP/1.1 400 " };
    for body in ["content-length: 2\r\n\r\n{}", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"] {
        let mut client = Raw::saying(server.address, raw::get::<A>()).await;
        client.answer().await.unwrap();
        client.send(format!("{}{body}", raw::post::<A>()).as_bytes()).await.unwrap();
        client.finish().await;
        let answer = client.rest().await;
        assert!(answer.starts_with(lacking), "{body:?}: {answer:?}");
    }
}

/// The answer to a body that is too long comes after its first bytes; a reset would take it away again.
async fn a_client_that_sends_all_before_it_reads_gets_the_refusal<A: Api>() {
    let memory = Memory::new();
    let tap = Tap::server(A::API).sink(memory.clone()).start().unwrap();
    let server = Server::limited::<A>(&tap, Limits::default()).await;
    let length = 8 * 1024 * 1024;
    let mut client = Raw::connect(server.address).await;
    client.send(format!("{}content-length: {length}\r\n\r\n", raw::post::<A>()).as_bytes()).await.unwrap();
    client.send(&vec![b' '; length]).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
    assert_eq!(client.into_inner().read(&mut [0]).await.unwrap(), 0, "a FIN");
    server.stop().await;
    tap.finish().await.unwrap();
    let ends = memory.events().into_iter().filter_map(|event| match event.op {
        Op::Close(close) => close.ended_by.map(|by| (by, close.aborted)),
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [(EndedBy::Local, false)]);
}

async fn a_client_that_sends_for_ever_is_not_read_for_ever<A: Api>() {
    let server = Server::start::<A>().await;
    let head = format!("{}content-length: {}\r\n\r\n", raw::post::<A>(), u64::MAX / 2);
    let mut client = Raw::saying(server.address, head).await;
    let part = vec![b' '; 64 * 1024];
    while client.send(&part).await.is_ok() {}
}

async fn a_client_that_asks_first_need_not_send_what_is_too_long<A: Api>() {
    let server = Server::start::<A>().await;
    let head = format!("{}content-length: 9999999\r\nexpect: 100-continue\r\n\r\n", raw::post::<A>());
    let answer = Raw::saying(server.address, head).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
}

/// An answer to HEAD is a head and no more: they are not kept until somebody reads them.
async fn requests_whose_answers_nobody_reads<A: Api>() {
    let heads = raw::get::<A>().replacen("GET", "HEAD", 1).repeat(1000).into_bytes();
    flood::<A>(Attacker::ReadsNothing, Vec::new(), || heads.clone()).await;
}

/// Though the server reads the end of the requests in the middle of its work.
#[tokio::test]
async fn a_handler_at_work_finishes_when_its_client_has_sent_all() {
    let memory = Memory::new();
    let tap = Tap::server("slow").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = async move |body: String| {
        let is_end = |event: &Event| matches!(&event.op, Op::Read(read) if read.eof);
        while !memory.events().iter().any(is_end) {
            tokio::task::yield_now().await;
        }
        body
    };
    let router = Router::new().route("/", post(handler));
    let shutdown = Shutdown::new();
    let server = tokio::spawn(server_kit::http::serve(listener, router, shutdown.clone(), Limits::default()));
    let request = "POST / HTTP/1.1\r\nhost: shelf\r\ncontent-length: 4\r\n\r\ndone";
    let mut client = Raw::saying(address, request).await;
    client.finish().await;
    let answer = client.rest().await;
    assert!(answer.ends_with("\r\n\r\ndone"), "{answer}");
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

/// When the last of it is handed over, the one before is still on its way.
#[tokio::test]
async fn a_long_answer_comes_whole_to_a_client_that_has_sent_all() {
    let small = || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(4096).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket
    };
    // What is accepted has the buffers of the listener.
    let listener = small();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = TapListener::from_tokio(&Tap::off(), listener.listen(1).unwrap());
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new();
    let router = Router::new().route("/", get(async || "x".repeat(1_000_000)));
    let server = tokio::spawn(server_kit::http::serve(listener, router, shutdown.clone(), Limits::default()));
    let mut client = Raw::from(small().connect(address).await.unwrap());
    client.send(b"GET / HTTP/1.1\r\nhost: shelf\r\n\r\n").await.unwrap();
    client.finish().await;
    assert!(client.answer().await.unwrap().ends_with(&"x".repeat(1_000_000)));
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

/// There is no telling whether it still reads. A stream has no end that would be worth waiting for.
#[tokio::test]
async fn a_stream_of_changes_ends_with_its_client() {
    let server = Server::start::<Rest>().await;
    let watch = raw::get::<Rest>().replace(raw::path::<Rest>(), "/v1/books/changes");
    let mut client = Raw::saying(server.address, watch).await;
    client.finish().await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}
