//! axum with handlers that extract `ConnectInfo<SocketAddr>`.
//!
//! axum implements this extractor for its own listeners, and for every listener behind `tap_io`. With
//! `.tap_io(|_| {})` on the listener, handlers need no change. Without it, the compiler reports that
//! `SocketAddr: Connected<..>` is not satisfied.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt;
use axum::{Router, extract::ConnectInfo, routing::get};
use recipes::terminal;
use socket_tap::event::{Addr, Op};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::sync::oneshot;

async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
    peer.to_string()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("peer").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let address = listener.local_addr()?;

    let app = Router::new().route("/", get(peer)).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async {
        axum::serve(listener.tap_io(|_| {}), app).with_graceful_shutdown(async { _ = stopped.await }).await
    });

    let response = recipes::get(address, "/").await?;
    drop(stop);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    // The handler and the recording have the same address.
    let accepted = recording.events().into_iter().find_map(|event| match event.op {
        Op::Accept { peer: Some(Addr::Ip(peer)), .. } => Some(peer),
        _ => None,
    });
    assert!(accepted.is_some_and(|peer| response.ends_with(&peer.to_string())));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).all_closed_gracefully().no_errors();
    Ok(())
}
