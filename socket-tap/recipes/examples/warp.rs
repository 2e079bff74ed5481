//! warp on a `TapListener`, through `warp::service`.
//!
//! warp's own server accepts only tokio's listeners. This program converts the filter into a service, and
//! serves it with hyper-util. `warp::addr::remote()` is then always `None`, because only warp's server sets
//! it. The accept loop has the peer's address, and can pass it to the service.

use std::io;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use warp::Filter;

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let hello = warp::path!("hello" / String).map(|name| format!("hello, {name}"));
    let service = TowerToHyperService::new(warp::service(hello));
    let server = tokio::spawn(async move {
        loop {
            let (stream, _peer) = listener.accept_next().await;
            tokio::spawn(async move {
                let http = auto::Builder::new(TokioExecutor::new());
                if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
                    eprintln!("a connection failed: {error}");
                }
            });
        }
    });

    assert!(recipes::get(address, "/hello/world").await?.ends_with("hello, world"));
    server.abort();
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(2).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}
