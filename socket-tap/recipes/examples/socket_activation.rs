//! Socket activation: a listener that systemd or another supervisor has created and bound.
//!
//! `TapListener::from_std` adopts the listener: the recording has one `adopt` event instead of `socket`,
//! `bind` and `listen`. As with tokio's `TcpListener::from_std`, the listener must be in non-blocking mode.
//! This program is its own supervisor: it binds a listener, then starts itself again with the listener as
//! file descriptor 0. systemd would pass it as descriptor 3.

use std::error::Error;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use axum::{Router, routing::get};
use listenfd::ListenFd;
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match ListenFd::from_env().take_tcp_listener(0)? {
        Some(listener) => serve(listener).await,
        None => supervise().await,
    }
}

async fn serve(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    listener.set_nonblocking(true)?;
    let listener = TapListener::from_std(&tap, listener)?.nodelay(true);

    let stop = async move { _ = terminate.recv().await };
    let app = Router::new().route("/", get("hello"));
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!(recording.events()[0].op.name(), "adopt");
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().all_closed_gracefully().no_errors();
    Ok(())
}

async fn supervise() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut server = Command::new(std::env::current_exe()?)
        .env("LISTEN_FDS", "1")
        .env("LISTEN_FDS_FIRST_FD", "0")
        .stdin(Stdio::from(OwnedFd::from(listener)))
        .kill_on_drop(true)
        .spawn()?;
    // The connection stays in the accept queue until the server accepts it.
    assert!(recipes::get(address, "/").await?.ends_with("hello"));
    let pid = server.id().and_then(|pid| rustix::process::Pid::from_raw(pid.cast_signed()));
    rustix::process::kill_process(
        pid.ok_or("the server process has already exited")?,
        rustix::process::Signal::TERM,
    )?;
    assert!(server.wait().await?.success());
    Ok(())
}
