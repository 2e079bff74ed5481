//! axum with graceful shutdown on Ctrl-C and SIGTERM.
//!
//! Only two lines differ from a server without the tap: `TapListener::bind` replaces `TcpListener::bind`, and
//! `finish_when_idle` follows `serve`. axum's `serve` returns a moment before its last connections are
//! dropped, so `finish_when_idle` waits up to five seconds for them to close.

use std::io;
use std::time::Duration;

use axum::{Router, routing::get};
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> io::Result<()> {
    // In a program: Tap::server("hello").file("hello.jsonl")?.start()?
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let (mut ctrl_c, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = async move {
        tokio::select! {
            _ = ctrl_c.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let app = Router::new().route("/", get("hello"));
    let server = tokio::spawn(async { axum::serve(listener, app).with_graceful_shutdown(stop).await });

    assert!(recipes::get(address, "/").await?.ends_with("hello"));
    press_ctrl_c()?;
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(2).writes(1).all_closed_gracefully().no_errors();
    Ok(())
}

fn press_ctrl_c() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::INT)?)
}
