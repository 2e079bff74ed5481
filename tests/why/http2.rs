//! Endings of HTTP/2 connections.

use std::time::Duration;

use axum::Router;
use clients::{Client as _, Rest};
use hardening_http::Limits;
use socket_tap::TapStream;
use socket_trace::why::{Cause, Ender, Level, Processed, Retry};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;

use super::peers::{grpcio_server, run};
use super::scene::{Scene, assert_ending, read_to_end, read_until};
use crate::support::http2::{self, frame};
use crate::support::program::find;

/// The client's preface with an empty SETTINGS frame.
fn preface() -> Vec<u8> {
    [http2::PREFACE, &frame(http2::SETTINGS, 0, 0, &[])].concat()
}

/// A complete request.
fn request(stream: u32, method: &str) -> Vec<u8> {
    let fields = [(":method", method), (":scheme", "http"), (":path", "/"), (":authority", "localhost")];
    frame(http2::HEADERS, http2::END_STREAM | http2::END_HEADERS, stream, &http2::fields(&fields))
}

fn goaway(last: u32, code: u32, debug: &[u8]) -> Vec<u8> {
    frame(http2::GOAWAY, 0, 0, &[&last.to_be_bytes()[..], &code.to_be_bytes(), debug].concat())
}

/// Reads frames until `count` requests have arrived. Returns their streams.
async fn requests(server: &mut TapStream, count: usize) -> Vec<u32> {
    let mut bytes = read_until(server, http2::PREFACE).await.split_off(http2::PREFACE.len());
    loop {
        let (mut streams, mut rest) = (Vec::new(), &bytes[..]);
        while let Some(head) = rest.first_chunk::<9>() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            if rest.len() < 9 + length {
                break;
            }
            if head[3] == http2::HEADERS {
                streams.push(u32::from_be_bytes(*head.last_chunk().unwrap()));
            }
            rest = &rest[9 + length..];
        }
        if streams.len() >= count {
            return streams;
        }
        assert_ne!(tokio::io::AsyncReadExt::read_buf(server, &mut bytes).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn nghttp_ends_with_goaway() {
    let Some(nghttp) = find("nghttp") else { return };
    let scene = Scene::new();
    let server = scene.http(Limits::default(), Router::new().fallback(async || "hello")).await;
    run(nghttp, &[&format!("http://{}/", server.address)]).await;
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Client, Level::Http2, Cause::Goaway), &[]);
    assert_eq!((explanation.completed, explanation.goaway.unwrap().code.as_str()), (1, "NO_ERROR"));
}

#[tokio::test]
async fn graceful_shutdown_completes_the_calls_in_flight() {
    static CALLED: Semaphore = Semaphore::const_new(0);
    static GO_ON: Semaphore = Semaphore::const_new(0);
    let scene = Scene::new();
    let handler = async || {
        CALLED.add_permits(1);
        GO_ON.acquire().await.unwrap().forget();
        "{}"
    };
    let server = scene.http(Limits::default(), Router::new().fallback(handler)).await;
    let mut client = Rest::connect_http2(&scene.client, server.address).await.unwrap();
    let call = tokio::spawn(async move {
        // The response is no book; it only has to arrive.
        let _ = client.book(1).await;
        client
    });
    CALLED.acquire().await.unwrap().forget();
    server.shutdown.cancel();
    GO_ON.add_permits(1);
    drop(call.await.unwrap());
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Server, Level::Http2, Cause::Shutdown), &[]);
    assert_eq!(explanation.completed, 1);
}

#[tokio::test]
async fn call_that_outlasts_the_shutdown_may_have_been_processed() {
    let scene = Scene::new();
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let (server, mut requested) = scene.silent_http(limits).await;
    let mut client = scene.saying(server.address, [preface(), request(1, "POST")].concat()).await;
    requested.recv().await.unwrap();
    server.shutdown.cancel();
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(
        &explanation,
        (Ender::Server, Level::Http2, Cause::Shutdown),
        &[(Processed::Unknown, Retry::Unsafe)],
    );
}

/// The server processes the first of two requests of nghttp at most.
#[tokio::test]
async fn stream_above_the_last_one_of_a_goaway_may_be_repeated() {
    let Some(nghttp) = find("nghttp") else { return };
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let (one, other) = (format!("http://{address}/1"), format!("http://{address}/2"));
    let client = tokio::spawn(async move {
        // `-d` makes them POST requests.
        run(nghttp, &["-d", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), &one, &other]).await
    });
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(&frame(http2::SETTINGS, 0, 0, &[])).await.unwrap();
    let streams = requests(&mut server, 2).await;
    server.write_all(&goaway(streams[0], 0, b"")).await.unwrap();
    server.shutdown().await.unwrap();
    read_to_end(&mut server).await;
    drop(server);
    client.await.unwrap();
    let explanation = scene.explained().await;
    let calls = [(Processed::Unknown, Retry::Unsafe), (Processed::NotProcessed, Retry::Safe)];
    assert_ending(&explanation, (Ender::Server, Level::Http2, Cause::Goaway), &calls);
    assert_eq!(explanation.disconnect_error.as_deref(), Some("GOAWAY NO_ERROR"));
}

#[tokio::test]
async fn deadline_of_curl_over_http2_means_that_the_client_is_gone() {
    let Some(curl) = find("curl") else { return };
    let scene = Scene::new();
    let (server, mut requested) = scene.silent_http(Limits::default()).await;
    let url = format!("http://{}/", server.address);
    let flags = ["-s", "--http2-prior-knowledge", "--max-time", "0.1", &url];
    tokio::join!(run(curl, &flags), requested.recv());
    let explanation = scene.explained().await;
    assert_ending(
        &explanation,
        (Ender::Client, Level::Socket, Cause::ClientGone),
        &[(Processed::Unknown, Retry::Safe)],
    );
}

#[tokio::test]
async fn invalid_frame_of_a_client_is_a_protocol_error() {
    let scene = Scene::new();
    let server = scene.http(Limits::default(), Router::new().fallback(async || "hello")).await;
    // A PING on a stream: RFC 9113, section 6.7.
    let invalid = frame(http2::PING, 0, 1, &[0; 8]);
    let mut client = scene.saying(server.address, [preface(), invalid].concat()).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Server, Level::Http2, Cause::ProtocolError), &[]);
    assert_eq!(explanation.disconnect_error.as_deref(), Some("GOAWAY PROTOCOL_ERROR"));
}

#[tokio::test]
async fn invalid_frame_of_a_server_is_a_protocol_error() {
    let Some(nghttp) = find("nghttp") else { return };
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let url = format!("http://{address}/");
    let client = tokio::spawn(async move { run(nghttp, &[&url]).await });
    let (mut server, _) = listener.accept().await.unwrap();
    requests(&mut server, 1).await;
    // A PING of 7 bytes: RFC 9113, section 6.7.
    let invalid = frame(http2::PING, 0, 0, &[0; 7]);
    server.write_all(&[frame(http2::SETTINGS, 0, 0, &[]), invalid].concat()).await.unwrap();
    read_to_end(&mut server).await;
    drop(server);
    client.await.unwrap();
    let explanation = scene.explained().await;
    assert_ending(
        &explanation,
        (Ender::Client, Level::Http2, Cause::ProtocolError),
        &[(Processed::Unknown, Retry::Safe)],
    );
}

/// CVE-2023-44487.
#[tokio::test]
async fn rapid_resets_are_a_burst() {
    let scene = Scene::new();
    let (server, _requested) = scene.silent_http(Limits::default()).await;
    let reset = |stream| frame(http2::RST_STREAM, 0, stream, &8_u32.to_be_bytes());
    let streams = (0..1_500).map(|number| 2 * number + 1);
    let burst: Vec<u8> =
        streams.flat_map(|stream| [request(stream, "GET"), reset(stream)].concat()).collect();
    let mut client = scene.saying(server.address, preface()).await;
    // The server may end the connection before it has read all.
    let _ = client.write_all(&burst).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    let verdict = (explanation.ended_by, explanation.level, explanation.cause);
    assert_eq!(verdict, (Ender::Server, Level::Http2, Cause::RstStreamBurst), "{explanation:#?}");
}

#[tokio::test]
async fn refused_stream_may_be_repeated() {
    let scene = Scene::new();
    let limits = Limits { max_streams: 1, ..Limits::default() };
    let (server, mut requested) = scene.silent_http(limits).await;
    let mut client = scene.saying(server.address, [preface(), request(1, "POST")].concat()).await;
    requested.recv().await.unwrap();
    client.write_all(&request(3, "POST")).await.unwrap();
    let refused = frame(http2::RST_STREAM, 0, 3, &7_u32.to_be_bytes());
    read_until(&mut client, &refused).await;
    drop(client);
    let explanation = scene.explained().await;
    let calls = [(Processed::Unknown, Retry::Unsafe), (Processed::NotProcessed, Retry::Safe)];
    assert_ending(&explanation, (Ender::Client, Level::Socket, Cause::ClientGone), &calls);
}

#[tokio::test]
async fn unanswered_ping_of_a_server_is_a_keep_alive_timeout() {
    let scene = Scene::new();
    let (ping_interval, ping_timeout) = (Duration::from_millis(20), Duration::from_millis(100));
    let limits = Limits { ping_interval, ping_timeout, ..Limits::default() };
    let (server, _requested) = scene.silent_http(limits).await;
    let mut client = scene.saying(server.address, [preface(), request(1, "GET")].concat()).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(
        &explanation,
        (Ender::Server, Level::Http2, Cause::KeepAliveTimeout),
        &[(Processed::Unknown, Retry::Safe)],
    );
}

#[tokio::test]
async fn too_many_pings_make_grpcio_send_enhance_your_calm() {
    let Some((_python, address)) = grpcio_server("") else { return };
    let scene = Scene::new();
    let pings = frame(http2::PING, 0, 0, &[0; 8]).repeat(8);
    let mut client = scene.saying(address, [preface(), pings].concat()).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Server, Level::Http2, Cause::Goaway), &[]);
    assert_eq!(explanation.disconnect_error.as_deref(), Some("GOAWAY ENHANCE_YOUR_CALM"));
    assert_eq!(explanation.goaway.unwrap().debug, "too_many_pings");
}
