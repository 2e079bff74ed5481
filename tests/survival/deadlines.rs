//! Tests of timeouts: the servers close connections of slow clients, and keep change streams open.

use std::time::Duration;

use bookshelf::BookPatch;
use clients::Watch as _;
use hardening_http::Limits;
use socket_tap::Tap;
use socket_tap::event::Op;
use socket_tap::sink::Memory;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::api::{Api, Server};
use crate::support::http2::{self, Http2};
use crate::support::process::Serving;
use crate::support::raw::{self, Raw};

each_api!(
    silent_connection_is_closed,
    connection_without_a_request_is_closed,
    slow_request_head_times_out,
    idle_connection_is_closed,
    unacknowledged_ping_closes_the_connection,
    endless_body_times_out,
    response_without_flow_control_window_times_out,
    write_stall_closes_the_connection,
    change_stream_outlives_every_timeout,
    idle_change_stream_uses_no_cpu,
    excess_connection_waits_in_the_backlog,
);

const SOON: Duration = Duration::from_millis(100);
const NEVER: Duration = Duration::from_secs(3600);

/// Returns limits whose timeouts do not expire during a test.
fn patient() -> Limits {
    Limits {
        head_timeout: NEVER,
        idle_timeout: NEVER,
        request_timeout: NEVER,
        write_timeout: NEVER,
        ping_interval: NEVER,
        ..Limits::default()
    }
}

async fn limited<A: Api>(limits: Limits) -> Server {
    Server::limited::<A>(&Tap::off(), limits).await
}

/// Reads frames and acknowledges PINGs until the server ends the connection.
async fn ends(client: &mut Http2) {
    while client.next_acknowledged().await.is_some() {}
}

async fn silent_connection_is_closed<A: Api>() {
    let server = limited::<A>(Limits { head_timeout: SOON, ..patient() }).await;
    Raw::connect(server.address).await.rest().await;
}

async fn connection_without_a_request_is_closed<A: Api>() {
    let server = limited::<A>(Limits { head_timeout: SOON, ..patient() }).await;
    let settings = [http2::PREFACE, &http2::frame(http2::SETTINGS, 0, 0, &[])].concat();
    let half_a_head = [&settings[..], &http2::frame(http2::HEADERS, 0, 1, &http2::fields(&[]))].concat();
    for said in [&http2::PREFACE[..10], http2::PREFACE, &settings, &half_a_head] {
        Raw::saying(server.address, said).await.rest().await;
    }
    if A::API != "grpc" {
        for said in ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost: localhost\r\n", "\r\n\r\n"] {
            assert_eq!(Raw::saying(server.address, said).await.rest().await, "", "{said:?}");
        }
    }
}

async fn slow_request_head_times_out<A: Api>() {
    let server = limited::<A>(Limits { head_timeout: SOON, ..patient() }).await;
    let settings = http2::frame(http2::SETTINGS, 0, 0, &[]);
    let drops = if A::API == "grpc" { settings.as_slice() } else { b"x" };
    let said = if A::API == "grpc" { http2::PREFACE } else { b"GET /" };
    let mut client = Raw::saying(server.address, said).await.into_inner();
    let mut slow = tokio::time::interval(SOON / 10);
    let mut part = [0; 1024];
    loop {
        tokio::select! {
            read = client.read(&mut part) => if matches!(read, Ok(0) | Err(_)) { break },
            _ = slow.tick() => drop(client.try_write(drops)),
        }
    }
}

async fn idle_connection_is_closed<A: Api>() {
    // An acknowledged PING does not count as a request.
    let limits = Limits { idle_timeout: SOON, linger: SOON, ping_interval: SOON / 4, ..patient() };
    let server = limited::<A>(limits).await;
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::request::<A>(1)).await.unwrap();
    assert!(client.answered(1).await);
    let mut last_streams = Vec::new();
    while let Some(frame) = client.next_acknowledged().await {
        if frame.kind == http2::GOAWAY {
            last_streams.push(frame.last_stream());
        }
    }
    if A::API != "grpc" {
        // The first GOAWAY announces the end, the second one names the last stream.
        assert_eq!(last_streams, [(1 << 31) - 1, 1]);
        // The server does not wait for an acknowledgement here.
        let mut client = Http2::connect(server.address, &[]).await;
        client.send(&http2::request::<A>(1)).await.unwrap();
        while client.next().await.is_some() {}
    }
    if A::API != "grpc" {
        let mut client = Raw::saying(server.address, raw::get::<A>()).await;
        assert!(client.answer().await.unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
        assert_eq!(client.rest().await, "");
    }
}

async fn unacknowledged_ping_closes_the_connection<A: Api>() {
    let server = limited::<A>(Limits { ping_interval: SOON, ping_timeout: SOON, ..patient() }).await;
    let mut client = Http2::connect(server.address, &[]).await;
    // The request is still in flight.
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    let mut pinged = false;
    while let Some(frame) = client.next().await {
        pinged |= frame.kind == http2::PING && frame.flags & http2::ACK == 0;
    }
    assert!(pinged);
}

async fn endless_body_times_out<A: Api>() {
    let server = limited::<A>(Limits { request_timeout: SOON, ..patient() }).await;
    let mut client = Http2::connect(server.address, &[]).await;
    client.send(&http2::endless_request::<A>(1)).await.unwrap();
    assert!(client.answered(1).await);
    if A::API != "grpc" {
        let head = raw::post::<A>();
        for begun in ["content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n9\r\n{"] {
            let answer = Raw::saying(server.address, format!("{head}{begun}")).await.rest().await;
            assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        }
    }
}

async fn response_without_flow_control_window_times_out<A: Api>() {
    let server = limited::<A>(Limits { idle_timeout: SOON, ..patient() }).await;
    // SETTINGS_INITIAL_WINDOW_SIZE 0 permits heads and no bodies.
    let mut client = Http2::connect(server.address, &http2::setting(4, 0)).await;
    client.send(&http2::request::<A>(1)).await.unwrap();
    ends(&mut client).await;
}

async fn write_stall_closes_the_connection<A: Api>() {
    let server = limited::<A>(Limits { write_timeout: SOON, ..patient() }).await;
    let mut client = match A::API {
        "grpc" => Http2::connect(server.address, &[]).await.into_inner(),
        _ => Raw::connect(server.address).await.into_inner(),
    };
    let asks = match A::API {
        "grpc" => http2::frame(http2::PING, 0, 0, &[0; 8]).repeat(1000),
        _ => raw::get::<A>().repeat(1000).into_bytes(),
    };
    // Both socket buffers fill up, and the write stalls until the timeout.
    while client.write_all(&asks).await.is_ok() {}
}

async fn change_stream_outlives_every_timeout<A: Api>() {
    let limits = Limits {
        head_timeout: SOON,
        idle_timeout: SOON,
        request_timeout: SOON,
        write_timeout: SOON,
        ping_interval: SOON / 4,
        ping_timeout: NEVER,
        ..Limits::default()
    };
    let server = limited::<A>(limits).await;
    let mut watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    for revision in 1..=3 {
        // Connections without a watch are closed meanwhile.
        Raw::connect(server.address).await.rest().await;
        let patch = BookPatch { year: Some(2000), ..BookPatch::default() };
        server.shelf.update(1, revision, patch).await.unwrap();
        assert_eq!(watch.next().await.unwrap().unwrap().book.revision, revision + 1);
    }
    watch.close().await;
}

async fn idle_change_stream_uses_no_cpu<A: Api>() {
    let server = Serving::start(A::SERVER, &["--no-tap", "--head-timeout", "0.1", "--idle-timeout", "0.1"]);
    let watch = A::watch(&Tap::off(), server.address, 9).await.unwrap();
    // The watch is older than the timeouts, which do not apply to it.
    Raw::connect(server.address).await.rest().await;
    let before = server.processor_time();
    for _ in 0..5 {
        Raw::connect(server.address).await.rest().await;
    }
    let taken = server.processor_time() - before;
    assert!(taken < 10, "{taken} hundredths of a second in about 50");
    watch.close().await;
}

async fn excess_connection_waits_in_the_backlog<A: Api>() {
    let memory = Memory::new();
    let tap = Tap::server(A::API).sink(memory.clone()).start().unwrap();
    let server = Server::limited::<A>(&tap, Limits { max_connections: 2, ..patient() }).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client: A = server.client().await;
        client.book(1).await.unwrap();
        clients.push(client);
    }
    // The kernel completes the third connection; its call waits.
    let address = server.address;
    let third = tokio::spawn(async move {
        let mut third = A::connect(&Tap::off(), address).await.unwrap();
        third.book(1).await.unwrap();
        third
    });
    clients[0].book(2).await.unwrap();
    clients.remove(0).close().await;
    third.await.unwrap().close().await;
    for client in clients {
        client.close().await;
    }
    server.stop().await;
    tap.finish().await.unwrap();
    let mut open = 0;
    for event in memory.events() {
        match &event.op {
            Op::Accept { .. } => open += 1,
            Op::Close(close) if close.ended_by.is_some() => open -= 1,
            _ => {}
        }
        assert!(open <= 2, "{event:?}");
    }
}
