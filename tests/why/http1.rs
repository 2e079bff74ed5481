//! Endings of HTTP/1.1 connections.

use std::process::Command;
use std::time::Duration;

use axum::Router;
use clients::Rest;
use hardening_http::Limits;
use socket_trace::why::{Cause, Ender, Level, Processed, Retry};
use tokio::io::AsyncWriteExt as _;

use super::peers::{Program, node_server, run};
use super::scene::{GET, POST, Scene, assert_ending, only, read_to_end, read_until};
use crate::support::api::Server;
use crate::support::process::Serving;
use crate::support::program::find;

/// A server that ends what it waits for soon.
fn hasty() -> Limits {
    let soon = Duration::from_millis(100);
    Limits {
        head_timeout: soon,
        idle_timeout: soon,
        request_timeout: soon,
        linger: soon,
        ..Limits::default()
    }
}

/// Runs curl with these arguments against a server of hyper.
async fn curl(arguments: &[&str], ending: (Ender, Level, Cause), calls: &[(Processed, Retry)]) {
    let Some(curl) = find("curl") else { return };
    let scene = Scene::new();
    let server = scene.http(Limits::default(), Router::new().fallback(async || "hello")).await;
    run(curl, &[&["-s", &format!("http://{}/", server.address)][..], arguments].concat()).await;
    assert_ending(&scene.explained().await, ending, calls);
}

#[tokio::test]
async fn connection_close_of_curl_is_the_clients() {
    curl(&["-H", "Connection: close"], (Ender::Client, Level::Http1, Cause::ConnectionClose), &[]).await;
}

#[tokio::test]
async fn http10_of_curl_is_the_clients() {
    curl(&["-0"], (Ender::Client, Level::Http1, Cause::ConnectionClose), &[]).await;
}

#[tokio::test]
async fn connection_close_of_the_response_is_the_servers() {
    let scene = Scene::new();
    let closes = async || ([("connection", "close")], "hello");
    let server = scene.http(Limits::default(), Router::new().fallback(closes)).await;
    let mut client = scene.saying(server.address, GET).await;
    read_to_end(&mut client).await;
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Server, Level::Http1, Cause::ConnectionClose), &[]);
}

#[tokio::test]
async fn http10_of_a_python_server_is_the_servers() {
    let Some(python) = find("python3") else { return };
    let scene = Scene::new();
    let script = "import http.server as h\n\
                  server = h.HTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler)\n\
                  print(server.server_port, flush=True)\n\
                  server.serve_forever()\n";
    let mut python = Program::start(Command::new(python).args(["-c", script]));
    let address = format!("127.0.0.1:{}", python.line()).parse().unwrap();
    let mut client = scene.saying(address, GET).await;
    read_to_end(&mut client).await;
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Server, Level::Http1, Cause::ConnectionClose), &[]);
}

/// Node announces the timeout in whole seconds: `Keep-Alive: timeout=0`.
#[tokio::test]
async fn keep_alive_timeout_of_node_is_an_idle_timeout() {
    let server = "http.createServer({ keepAliveTimeout: 100, keepAliveTimeoutBuffer: 1 }, (_, response) => response.end('hello'))";
    let Some((_node, address)) = node_server(server) else { return };
    let scene = Scene::new();
    let mut client = scene.saying(address, GET).await;
    read_to_end(&mut client).await;
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Server, Level::Socket, Cause::IdleTimeout), &[]);
}

/// A server that announces no timeout may have had any reason.
#[tokio::test]
async fn idle_timeout_that_was_not_announced_is_a_close() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, hasty()).await;
    let mut client = scene.saying(server.address, GET).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Server, Level::Socket, Cause::Close), &[]);
    assert!(explanation.reason.contains("idle timeout"), "{}", explanation.reason);
}

#[tokio::test]
async fn request_timeout_of_node_is_announced_by_408() {
    let server =
        "http.createServer({ headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 50 })";
    let Some((_node, address)) = node_server(server) else { return };
    let scene = Scene::new();
    let mut client = scene.saying(address, &GET[..20]).await;
    read_to_end(&mut client).await;
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Server, Level::Http1, Cause::RequestTimeout), &[]);
}

/// hyper closes without a response.
#[tokio::test]
async fn head_timeout_of_hyper_leaves_the_request_unprocessed() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, hasty()).await;
    let mut client = scene.saying(server.address, &GET[..20]).await;
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::ServerGone);
    assert_ending(&scene.explained().await, ending, &[(Processed::NotProcessed, Retry::Safe)]);
}

/// Sends these bytes to a server of hyper, and reads its response.
async fn refused_by_hyper(request: &[u8], ending: (Ender, Level, Cause)) {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, Limits::default()).await;
    let mut client = scene.connect(server.address).await;
    // The server may respond before it has read all.
    let _ = client.write_all(request).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(&explanation, ending, &[]);
}

#[tokio::test]
async fn malformed_request_is_a_protocol_error() {
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nbad field: 1\r\n\r\n";
    refused_by_hyper(request, (Ender::Server, Level::Http1, Cause::ProtocolError)).await;
}

#[tokio::test]
async fn too_large_head_is_rejected() {
    let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(30_000));
    refused_by_hyper(request.as_bytes(), (Ender::Server, Level::Http1, Cause::RequestRejected)).await;
}

#[tokio::test]
async fn bytes_of_another_protocol_are_rejected_by_node() {
    let Some((_node, address)) = node_server("http.createServer()") else { return };
    let scene = Scene::new();
    let mut client = scene.saying(address, "GET  / nonsense\r\n\r\n").await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_eq!(
        (explanation.ended_by, explanation.cause),
        (Ender::Server, Cause::RequestRejected),
        "{explanation:#?}"
    );
}

#[tokio::test]
async fn response_that_node_cuts_off_was_processed() {
    let server =
        "http.createServer((_, response) => response.write('hello', () => response.socket.destroy()))";
    let Some((_node, address)) = node_server(server) else { return };
    let scene = Scene::new();
    let mut client = scene.saying(address, GET).await;
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::ServerGone);
    assert_ending(&scene.explained().await, ending, &[(Processed::Processed, Retry::Safe)]);
}

/// curl gives up; the handler runs on.
#[tokio::test]
async fn deadline_of_curl_means_that_the_client_is_gone() {
    let Some(curl) = find("curl") else { return };
    for (arguments, retry) in [(&[][..], Retry::Safe), (&["-d", "{}"][..], Retry::Unsafe)] {
        let scene = Scene::new();
        let (server, mut requested) = scene.silent_http(Limits::default()).await;
        let url = format!("http://{}/", server.address);
        let flags = [&["-s", "--max-time", "0.1", &url][..], arguments].concat();
        tokio::join!(run(curl.clone(), &flags), requested.recv());
        let ending = (Ender::Client, Level::Socket, Cause::ClientGone);
        assert_ending(&scene.explained().await, ending, &[(Processed::Unknown, retry)]);
    }
}

#[tokio::test]
async fn graceful_shutdown_of_an_idle_connection_is_a_shutdown() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, hasty()).await;
    let mut client = scene.saying(server.address, GET).await;
    read_until(&mut client, b"UNIX Network").await;
    server.stop().await;
    read_to_end(&mut client).await;
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Server, Level::Socket, Cause::Shutdown), &[]);
}

#[tokio::test]
async fn sigterm_of_a_server_is_a_shutdown() {
    let directory = tempfile::TempDir::new().unwrap();
    let (trace, scene) = (directory.path().join("server.jsonl"), Scene::new());
    let flags = ["--trace", trace.to_str().unwrap(), "--capture", "4096", "--linger", "0.1"];
    let server = Serving::start("rest-server", &flags);
    let mut client = scene.saying(server.address, GET).await;
    read_until(&mut client, b"UNIX Network").await;
    server.stop();
    drop(client);
    assert_ending(&only(&[&trace]), (Ender::Server, Level::Socket, Cause::Shutdown), &[]);
}

/// A pool of the client may hold a connection that the server has closed.
#[tokio::test]
async fn request_after_the_servers_fin_was_not_processed() {
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let mut client = scene.saying(address, GET).await;
    let (mut server, _) = listener.accept().await.unwrap();
    read_until(&mut server, b"\r\n\r\n").await;
    server.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    drop(server);
    read_until(&mut client, b"{}").await;
    client.write_all(POST).await.unwrap();
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::Close);
    assert_ending(&scene.explained().await, ending, &[(Processed::NotProcessed, Retry::Safe)]);
}
