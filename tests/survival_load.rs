//! Many clients, the end of a server in the middle of its work, and a handler that fails.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use rustix::process::Signal;
use server_kit::{Limits, Shutdown};
use socket_tap::{Tap, TapListener};
use tempfile::TempDir;
use tokio::sync::Barrier;

use crate::reliability::allow_files;
use crate::support::api::{Api, Server};
use crate::support::http2::{self, Http2};
use crate::support::process::Serving;
use crate::support::raw::{self, Raw};

each_api!(
    thousands_that_do_nothing_are_in_nobodys_way,
    a_signal_under_load_loses_no_call,
    a_connection_that_the_kernel_has_made_is_taken_after_the_signal,
    a_call_that_does_not_end_is_cut_after_the_grace,
    a_second_signal_ends_it_at_once,
    what_was_idle_for_long_lingers_after_the_signal,
);

/// A server with its trace, which goes when this does.
struct Recorded {
    _directory: TempDir,
    server: Serving,
}

fn recorded<A: Api>(arguments: &[&str]) -> Recorded {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let arguments = [&["--trace", trace.to_str().unwrap()], arguments].concat();
    Recorded { server: Serving::start(A::SERVER, &arguments), _directory: directory }
}

async fn thousands_that_do_nothing_are_in_nobodys_way<A: Api>() {
    const CONNECTIONS: u32 = 5_000;
    /// KiB for each, the tap's and the runtime's part included.
    const EACH: u64 = 24;
    /// KiB for each that may be left when they have gone.
    const LEFT: u64 = 1;
    if !allow_files(u64::from(CONNECTIONS) + 1_000) {
        return;
    }
    let Recorded { server, _directory } = recorded::<A>(&["--head-timeout", "600"]);
    let mut working = A::connect(&Tap::off(), server.address).await.unwrap();
    working.book(1).await.unwrap();
    let before = server.memory();
    for _ in 0..3 {
        let mut idle = Vec::new();
        for _ in 0..CONNECTIONS {
            idle.push(Raw::connect(server.address).await);
        }
        A::connect(&Tap::off(), server.address).await.unwrap().book(1).await.unwrap();
        working.book(1).await.unwrap();
        let peak = server.memory();
        eprintln!("{}: {before} KiB before, {peak} KiB with {CONNECTIONS} connections", A::SERVER);
        assert!(peak < before + u64::from(CONNECTIONS) * EACH);
        for client in &mut idle {
            client.finish().await;
        }
        for mut client in idle {
            client.rest().await;
        }
        assert!(memory_falls(&server, before + u64::from(CONNECTIONS) * LEFT, &mut working).await);
    }
    working.close().await;
}

/// Whether the server gives memory back, down to `most` KiB, while it goes on working.
async fn memory_falls<A: Api>(server: &Serving, most: u64, working: &mut A) -> bool {
    let asked = Instant::now();
    while server.memory() > most && asked.elapsed() < Duration::from_secs(60) {
        working.book(1).await.unwrap();
    }
    let memory = server.memory();
    eprintln!("{}: {memory} KiB after {:?}", A::SERVER, asked.elapsed());
    // Other allocators have their own ways.
    memory <= most || cfg!(not(all(target_os = "linux", target_env = "gnu")))
}

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
    assert!(client.answered(1).await);
    while client.next_politely().await.is_some() {}
    server.stop().await;
}

/// A request may be under way, and over HTTP/1.1 nothing tells a client to ask no more.
async fn what_was_idle_for_long_lingers_after_the_signal<A: Api>() {
    if A::API == "grpc" {
        return;
    }
    let soon = Duration::from_millis(100);
    let limits = Limits { head: soon, linger: soon, ..Limits::default() };
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

/// A handler is somebody's first draft: what it does to itself, it does to nobody else.
#[tokio::test]
async fn a_handler_that_panics_takes_nobody_along() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/v1/books/1", get(async || "a book"))
        .route("/panic", get(async || -> &'static str { panic!("as the test wants it") }));
    let shutdown = Shutdown::new();
    let server = tokio::spawn(server_kit::http::serve(listener, router, shutdown.clone(), Limits::default()));

    let mut bystander = Raw::connect(address).await;
    let mut over_http2 = Http2::connect(address, &[]).await;
    let panics = http2::frame(
        http2::HEADERS,
        http2::END_HEADERS | http2::END_STREAM,
        1,
        &http2::head::<clients::Rest>("/panic"),
    );
    over_http2.send(&panics).await.unwrap();
    assert_eq!(
        Raw::saying(address, raw::get::<clients::Rest>().replace("/v1/books/1", "/panic")).await.rest().await,
        ""
    );
    // The other requests of its own HTTP/2 connection are bystanders, too.
    over_http2.send(&http2::request::<clients::Rest>(3)).await.unwrap();
    assert!(over_http2.answered(3).await);
    bystander.send(raw::get::<clients::Rest>().as_bytes()).await.unwrap();
    assert!(bystander.answer().await.unwrap().ends_with("a book"));
    drop(over_http2);
    shutdown.cancel();
    server.await.unwrap().unwrap();
}
