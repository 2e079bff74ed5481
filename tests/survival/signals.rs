//! Tests of SIGINT and SIGTERM while clients make calls.

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
    signal_under_load_loses_no_call,
    backlogged_connection_is_served_after_a_signal,
    endless_call_is_aborted_after_the_grace_period,
    second_signal_ends_the_server_at_once,
    idle_connection_stays_open_for_the_linger_time,
);

/// Number of concurrent clients.
const CLIENTS: usize = 16;

/// Every call gets a response. The server announces the end of a connection, with `connection: close` or
/// GOAWAY.
async fn signal_under_load_loses_no_call<A: Api>() {
    // A connection that is cut or closed as idle would block the test.
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

/// Makes calls over HTTP/1.1 until a response contains `connection: close`. Returns the number of requests
/// and of responses.
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

/// Makes calls over HTTP/2 until the server sends GOAWAY. Returns the number of processed requests and of
/// responses.
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
            let Some(frame) = client.next_acknowledged().await else { break 'calls };
            if frame.kind == http2::GOAWAY {
                last = frame.last_stream();
                if stream > last {
                    // Not processed: the client may retry on another connection.
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
    while client.next_acknowledged().await.is_some() {}
    (sent, answered)
}

async fn backlogged_connection_is_served_after_a_signal<A: Api>() {
    let server = Server::start::<A>().await;
    // The connection is in the backlog: the server, a task on this thread, has not run yet.
    let stream = TcpStream::connect(server.address).unwrap();
    server.shutdown.cancel();
    stream.set_nonblocking(true).unwrap();
    let mut client = Http2::over(tokio::net::TcpStream::from_std(stream).unwrap(), &[]).await;
    client.send(&http2::request::<A>(1)).await.unwrap();
    let (mut answered, mut announced) = (false, false);
    while let Some(frame) = client.next_acknowledged().await {
        answered |= frame.ends(1);
        announced |= frame.kind == http2::GOAWAY;
    }
    assert!(answered && announced, "answered: {answered}, GOAWAY: {announced}");
    server.stop().await;
}

/// The server keeps an idle HTTP/1.1 connection open for the linger time, because a request may be on its
/// way.
async fn idle_connection_stays_open_for_the_linger_time<A: Api>() {
    if A::API == "grpc" {
        return;
    }
    let soon = Duration::from_millis(100);
    let limits = Limits { head_timeout: soon, linger: soon, ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let mut client: A = server.client().await;
    client.book(1).await.unwrap();
    // This connection is idle for longer than the linger time, while others close.
    for _ in 0..2 {
        Raw::connect(server.address).await.rest().await;
    }
    let signalled = Instant::now();
    server.stop().await;
    assert!(signalled.elapsed() >= soon);
    client.close().await;
}

async fn endless_call_is_aborted_after_the_grace_period<A: Api>() {
    let Recorded { server, _directory } = recorded::<A>(&["--grace", "0.1", "--request-timeout", "3600"]);
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    // The signal has arrived; later requests still get a response.
    client.send(&http2::request::<A>(3)).await.unwrap();
    assert!(client.answered(3).await);
    server.signal(Signal::TERM);
    while client.next_acknowledged().await.is_some() {}
    let (status, _, said) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert!(status.success(), "{status}: {said}");
}

async fn second_signal_ends_the_server_at_once<A: Api>() {
    // Without the second signal the server ends later, with another exit code.
    let Recorded { server, _directory } = recorded::<A>(&["--grace", "20", "--request-timeout", "3600"]);
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    client.send(&http2::request::<A>(3)).await.unwrap();
    assert!(client.answered(3).await);
    server.signal(Signal::TERM);
    // The first signal has arrived: the server sends GOAWAY or `connection: close`.
    while client.next_acknowledged().await.unwrap().kind != http2::GOAWAY {}
    server.signal(Signal::TERM);
    let (status, ..) = tokio::task::spawn_blocking(|| server.wait()).await.unwrap();
    assert_eq!(status.code(), Some(130));
}
