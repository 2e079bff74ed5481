//! hyper-util's client, with a connector that shows which connection of the pool each response used.
//!
//! `TapConnector` (feature `client`) replaces `HttpConnector`. Use `TapConnector::options` to set options
//! such as `TCP_NODELAY`. Each response has the `ConnInfo` of its connection in its extensions. In this
//! program it shows that two requests shared one connection.

use std::error::Error;
use std::time::Duration;

use axum::{Router, routing::get};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{ConnInfo, Tap, TapConnector, TcpOptions};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = Router::new().route("/", get("hello"));
    tokio::spawn(async { axum::serve(listener, app).await });

    let recording = Memory::new();
    let tap = Tap::client("caller").sink(recording.clone()).sink(terminal()).start()?;
    let connector = TapConnector::new(&tap).options(TcpOptions::new().nodelay(true));
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);

    let mut connections = Vec::new();
    for _ in 0..2 {
        let response = client.get(format!("http://{address}/").parse()?).await?;
        connections.push(response.extensions().get::<ConnInfo>().and_then(|connection| connection.sock));
        assert_eq!(response.into_body().collect().await?.to_bytes(), "hello");
    }
    // Closes the idle connections of the pool.
    drop(client);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert!(connections[0].is_some());
    assert_eq!(connections[0], connections[1]);
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(2).writes(2).all_closed().no_errors();
    Ok(())
}
