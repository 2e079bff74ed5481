//! Compares recordings of an axum server, a tonic client and a hyper-util client with strace's logs.

use std::future::IntoFuture as _;

use axum::Router;
use axum::routing::get;
use clients::Client as _;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use socket_tap::{Tap, TapConnector, TapListener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Recorded;
use crate::support::api::Server;

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

#[tokio::test]
async fn trace_of_axum_server_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TapListener::bind(tap, "127.0.0.1:0").await.unwrap().nodelay(true);
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { _ = stopped.await };
        let serving = axum::serve(listener, hello()).with_graceful_shutdown(stopped);
        let serving = tokio::spawn(serving.into_future());
        for _ in 0..3 {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await.unwrap();
            client.read_to_end(&mut Vec::new()).await.unwrap();
        }
        stop.send(()).unwrap();
        serving.await.unwrap().unwrap();
        tap.idle().await;
    };
    let Some(recorded) = Recorded::by("frameworks::trace_of_axum_server_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""name":"TCP_NODELAY","value":1"#, r#""name":"TCP_NODELAY","value":0"#);
    assert_eq!(report.sockets, 4, "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_tonic_client_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let server = Server::start::<clients::Grpc>().await;
        let mut client = clients::Grpc::connect(tap, server.address).await.unwrap();
        for _ in 0..3 {
            client.book(1).await.unwrap();
        }
        client.close().await;
        tap.idle().await;
        server.stop().await;
    };
    let Some(recorded) = Recorded::by("frameworks::trace_of_tonic_client_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""op":"connect""#, r#""op":"write","bytes":1"#);
    assert_eq!(report.sockets, 1, "{report}");
}

#[tokio::test]
async fn trace_of_hyper_util_pool_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, hello()).into_future());
        let client: Client<_, Empty<axum::body::Bytes>> =
            Client::builder(TokioExecutor::new()).build(TapConnector::new(tap));
        for _ in 0..3 {
            let response = client.get(format!("http://{address}/").parse().unwrap()).await.unwrap();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
        }
        drop(client);
        tap.idle().await;
    };
    let test = "frameworks::trace_of_hyper_util_pool_agrees_with_strace";
    let Some(recorded) = Recorded::by(test, program).await else { return };
    let report = recorded.is_exact(r#""op":"connect""#, r#""op":"write","bytes":1"#);
    assert_eq!(report.sockets, 1, "one connection for three requests: {report}");
    recorded.needs_each_line_with("");
}
