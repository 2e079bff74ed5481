//! Tests of clients that half-close early or do not read. The servers send them the pending responses, but do
//! not wait for them indefinitely.

use axum::Router;
use axum::routing::{get, post};
use bookshelf::BookPatch;
use clients::{Graphql, Rest};
use hardening_http::{Limits, Shutdown};
use socket_tap::close::EndedBy;
use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;

use crate::support::api::{Api, Server};
use crate::support::raw::{self, Raw};
use crate::survival::http2::{Attacker, flood};

each_http!(
    half_closed_client_gets_a_response,
    half_closed_client_gets_response_to_post,
    rejection_is_delivered_despite_unread_body,
    client_with_an_endless_body_is_disconnected,
    oversized_body_is_rejected_before_100_continue,
    client_that_never_reads_is_disconnected,
);

/// The client half-closes right after its request, as `nc -N` does.
async fn half_closed_client_gets_a_response<A: Api>() {
    let server = Server::start::<A>().await;
    assert_eq!(raw::statuses(server.address, &raw::get::<A>()).await, [200]);
    // A half-close within a head or a body is not a request.
    let half = format!("{}content-length: 100\r\n\r\n{{", raw::post::<A>());
    assert_eq!(raw::statuses(server.address, &half).await, [400]);
    assert!(raw::statuses(server.address, &raw::get::<A>()[..10]).await.is_empty());
}

/// The server reads the body and the FIN together, because its task runs on the client's thread.
async fn half_closed_client_gets_response_to_post<A: Api>() {
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

/// The server rejects an oversized body before it has read all of it. It must not reset the connection then,
/// because a reset would discard the response.
async fn rejection_is_delivered_despite_unread_body<A: Api>() {
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

async fn client_with_an_endless_body_is_disconnected<A: Api>() {
    let server = Server::start::<A>().await;
    let head = format!("{}content-length: {}\r\n\r\n", raw::post::<A>(), u64::MAX / 2);
    let mut client = Raw::saying(server.address, head).await;
    let part = vec![b' '; 64 * 1024];
    while client.send(&part).await.is_ok() {}
}

async fn oversized_body_is_rejected_before_100_continue<A: Api>() {
    let server = Server::start::<A>().await;
    let head = format!("{}content-length: 9999999\r\nexpect: 100-continue\r\n\r\n", raw::post::<A>());
    let answer = Raw::saying(server.address, head).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
}

/// Responses to HEAD requests are small, but the server must not buffer an unbounded number of them.
async fn client_that_never_reads_is_disconnected<A: Api>() {
    let heads = raw::get::<A>().replacen("GET", "HEAD", 1).repeat(1000).into_bytes();
    flood::<A>(Attacker::ReadsNothing, Vec::new(), || heads.clone()).await;
}

/// The client half-closes, and the server reads the FIN while the handler runs.
#[tokio::test]
async fn handler_completes_after_half_close() {
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
    let server = tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), Limits::default()));
    let request = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\ndone";
    let mut client = Raw::saying(address, request).await;
    client.finish().await;
    let answer = client.rest().await;
    assert!(answer.ends_with("\r\n\r\ndone"), "{answer}");
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

/// The socket buffers are small, so the FIN arrives while most of the response is still unsent.
#[tokio::test]
async fn long_response_is_complete_after_half_close() {
    let small = || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(4096).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket
    };
    // Accepted sockets inherit the buffer sizes of the listener.
    let listener = small();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = TapListener::from_tokio(&Tap::off(), listener.listen(1).unwrap());
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new();
    let router = Router::new().route("/", get(async || "x".repeat(1_000_000)));
    let server = tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), Limits::default()));
    let mut client = Raw::from(small().connect(address).await.unwrap());
    client.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    client.finish().await;
    assert!(client.answer().await.unwrap().ends_with(&"x".repeat(1_000_000)));
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

/// The server ends the stream when the client half-closes, because a change stream does not end by itself.
#[tokio::test]
async fn change_stream_ends_after_half_close() {
    let server = Server::start::<Rest>().await;
    let watch = raw::get::<Rest>().replace(raw::path::<Rest>(), "/v1/books/changes");
    let mut client = Raw::saying(server.address, watch).await;
    client.finish().await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// When the client half-closes, the server sends all pending changes before it ends the stream.
#[tokio::test]
async fn pending_changes_are_sent_after_half_close() {
    let server = Server::start::<Rest>().await;
    for revision in 1..=900 {
        let patch = BookPatch { year: Some(1970), ..BookPatch::default() };
        server.shelf.update(1, revision, patch).await.unwrap();
    }
    let watch = raw::get::<Rest>().replace(raw::path::<Rest>(), "/v1/books/changes");
    let watch = watch.replace("host:", "last-event-id: 0\r\nhost:");
    let mut client = Raw::saying(server.address, watch).await;
    client.finish().await;
    let answer = client.rest().await;
    assert_eq!(answer.matches("event: updated").count(), 900);
}

/// Unlike a change stream, the result of a query is finite, so the server sends it completely.
#[tokio::test(flavor = "multi_thread")]
async fn event_stream_of_query_completes_after_half_close() {
    let server = Server::start::<Graphql>().await;
    // The author is loaded by another task, which may finish after the FIN arrives.
    let query = r#"{"query":"{book(id:1){author{name}}}"}"#;
    let head = raw::post::<Graphql>();
    let request =
        format!("{head}accept: text/event-stream\r\ncontent-length: {}\r\n\r\n{query}", query.len());
    for _ in 0..50 {
        let mut client = Raw::saying(server.address, &request).await;
        client.finish().await;
        let answer = client.rest().await;
        assert!(answer.contains("W. Richard Stevens") && answer.contains("event: complete"), "{answer}");
    }
}
