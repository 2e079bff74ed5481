//! The end of a server in the middle of its work.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hardening_http::Limits;
use rustix::process::Signal;
use socket_tap::Tap;
use tokio::sync::Barrier;

use crate::support::api::{Api, Server};
use crate::support::http2::{self, Http2};
use crate::support::raw::{self, Raw};
use crate::support::recorded::{Recorded, recorded};

each_api!(
    a_signal_under_load_loses_no_call,
    a_connection_that_the_kernel_has_made_is_taken_after_the_signal,
    a_call_that_does_not_end_is_cut_after_the_grace,
    a_second_signal_ends_it_at_once,
    what_was_idle_for_long_lingers_after_the_signal,
);

/// How many clients keep a server busy.
const CLIENTS: usize = 16;

/// Every call that was sent is answered: with the last one comes the word that it was the last one.
async fn a_signal_under_load_loses_no_call<A: Api>() {
    // What is cut, or closed since it is idle, would let the test wait for ever.
    let Recorded { server, _directory } = recorded::<A>(&["--grace", "3600", "--linger", "3600"]);
    let busy = Arc::new(Barrier::new(CLIENTS + 1));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (address, busy) = (server.address, Arc::clone(&busy));
            tokio::spawn(async move {
                if A::API == "grpc" || client % 2 == 0 {
                    calls_over_http2::<A>(address, &busy).await
                } else {
                    calls_over_http1::<A>(address, &busy).await
                }
            })
        })
        .collect();
    busy.wait().await;
    server.signal(Signal::TERM);
    for client in clients {
        let (sent, answered) = client.await.unwrap();
        assert_eq!(sent, answered);
    }
    let (status, _, said) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert!(status.success(), "{status}: {said}");
}

/// Calls until the server says that this was the last; tells how many were sent and answered.
async fn calls_over_http1<A: Api>(address: SocketAddr, busy: &Barrier) -> (u32, u32) {
    let mut client = Raw::connect(address).await;
    let (mut sent, mut answered) = (0, 0);
    loop {
        client.send(raw::get::<A>().as_bytes()).await.unwrap();
        sent += 1;
        let Some(answer) = client.answer().await else { break };
        answered += 1;
        if answer.contains("connection: close\r\n") {
            assert_eq!(client.rest().await, "");
            break;
        }
        if sent == 20 {
            busy.wait().await;
        }
    }
    (sent, answered)
}

/// The same over HTTP/2, where the server names the last stream that it has taken.
async fn calls_over_http2<A: Api>(address: SocketAddr, busy: &Barrier) -> (u32, u32) {
    let mut client = Http2::connect(address, &[]).await;
    let (mut sent, mut answered, mut last) = (0, 0, u32::MAX);
    'calls: for stream in (1..).step_by(2) {
        if last != u32::MAX {
            break;
        }
        client.send(&http2::request::<A>(stream)).await.unwrap();
        sent += 1;
        loop {
            let Some(frame) = client.next_politely().await else { break 'calls };
            if frame.kind == http2::GOAWAY {
                last = frame.last_stream();
                if stream > last {
                    // Not taken: the client may try elsewhere.
                    sent -= 1;
                    break 'calls;
                }
            }
            if frame.ends(stream) {
                answered += 1;
                break;
            }
        }
        if sent == 20 {
            busy.wait().await;
        }
    }
    while client.next_politely().await.is_some() {}
    (sent, answered)
}

async fn a_connection_that_the_kernel_has_made_is_taken_after_the_signal<A: Api>() {
    let server = Server::start::<A>().await;
    // It waits in the backlog: the server shares this thread, which does not wait here.
    let stream = TcpStream::connect(server.address).unwrap();
    server.shutdown.cancel();
    stream.set_nonblocking(true).unwrap();
    let mut client = Http2::over(tokio::net::TcpStream::from_std(stream).unwrap(), &[]).await;
    client.send(&http2::request::<A>(1)).await.unwrap();
    let (mut answered, mut told) = (false, false);
    while let Some(frame) = client.next_politely().await {
        answered |= frame.ends(1);
        told |= frame.kind == http2::GOAWAY;
    }
    assert!(answered && told, "answered: {answered}, told that this is the end: {told}");
    server.stop().await;
}

/// A request may be under way, and over HTTP/1.1 nothing tells a client to ask no more.
async fn what_was_idle_for_long_lingers_after_the_signal<A: Api>() {
    if A::API == "grpc" {
        return;
    }
    let soon = Duration::from_millis(100);
    let limits = Limits { head_timeout: soon, linger: soon, ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let mut client: A = server.client().await;
    client.book(1).await.unwrap();
    // Others are closed for their silence while this one is idle for longer than it lingers.
    for _ in 0..2 {
        Raw::connect(server.address).await.rest().await;
    }
    let signalled = Instant::now();
    server.stop().await;
    assert!(signalled.elapsed() >= soon);
    client.close().await;
}

async fn a_call_that_does_not_end_is_cut_after_the_grace<A: Api>() {
    let Recorded { server, _directory } = recorded::<A>(&["--grace", "0.1", "--request-timeout", "3600"]);
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    // It is there: what comes after it is answered.
    client.send(&http2::request::<A>(3)).await.unwrap();
    assert!(client.answered(3).await);
    server.signal(Signal::TERM);
    while client.next_politely().await.is_some() {}
    let (status, _, said) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert!(status.success(), "{status}: {said}");
}

async fn a_second_signal_ends_it_at_once<A: Api>() {
    // Without the second signal it ends, too, but late and with another code.
    let Recorded { server, _directory } = recorded::<A>(&["--grace", "20", "--request-timeout", "3600"]);
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    client.send(&http2::request::<A>(3)).await.unwrap();
    assert!(client.answered(3).await);
    server.signal(Signal::TERM);
    // The first has arrived: the server says goodbye.
    while client.next_politely().await.unwrap().kind != http2::GOAWAY {}
    server.signal(Signal::TERM);
    let (status, ..) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert_eq!(status.code(), Some(130));
}
