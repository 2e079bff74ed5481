//! Tests of axum's own `serve` with a recorded listener. (Every test of the gRPC server covers the listener
//! adapter for tonic.)

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use clients::{Client as _, FailureKind, Rest};
use socket_tap::sink::Memory;
use socket_tap::{PeerAddr, Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn whoami(ConnectInfo(PeerAddr(peer)): ConnectInfo<PeerAddr>) -> String {
    peer.to_string()
}

/// Makes a GET request over a new connection. Returns the client's address and the response.
async fn ask(address: SocketAddr, path: &str) -> (SocketAddr, String) {
    let mut client = TapStream::connect(&Tap::off(), address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    (client.local_addr().unwrap(), answer)
}

#[tokio::test]
async fn axum_serve_gets_peer_addresses_from_tap_listener() {
    let memory = Memory::new();
    let tap = Tap::server("axum").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(whoami)).into_make_service_with_connect_info::<PeerAddr>();
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    for _ in 0..3 {
        let (us, answer) = ask(address, "/").await;
        assert!(answer.ends_with(&format!("\r\n\r\n{us}")), "{answer}");
    }
    tap.idle().await;
    server.abort();
    tap.finish().await.unwrap();
    let events = memory.events();
    let count = |op: &str| events.iter().filter(|event| event.op.name() == op).count();
    assert_eq!((count("accept"), count("shutdown")), (3, 3));
}

#[tokio::test]
async fn rest_router_runs_under_axum_serve() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = rest_server::router(bookshelf::Shelf::seeded(), hardening_http::Shutdown::new());
    let server = tokio::spawn(axum::serve(listener, router).into_future());
    let mut client = Rest::connect(&Tap::off(), address).await.unwrap();
    assert_eq!(client.book(99).await.unwrap_err().kind, FailureKind::NotFound);
    assert_eq!(client.book(1).await.unwrap().id, 1);
    client.close().await;
    server.abort();
}
