//! axum with log lines that contain the number that the connection has in the trace.
//!
//! `ConnectInfo<ConnInfo>` gives a handler the number, addresses and age of its connection. `ConnLayer`
//! (feature `tower`) records the number on the request's span as `socket_tap.sock`, so that every log line of
//! the request has it. The layer finds the number in the request's extensions, which requires
//! `into_make_service_with_connect_info::<ConnInfo>()`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::{Router, extract::ConnectInfo, routing::get};
use recipes::terminal;
use socket_tap::sink::Memory;
use socket_tap::{ConnInfo, ConnLayer, Tap, TapListener};
use tokio::sync::oneshot;

async fn hello(ConnectInfo(connection): ConnectInfo<ConnInfo>) -> String {
    tracing::info!("saying hello");
    format!("on connection {:?}", connection.sock)
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).init();

    let recording = Memory::new();
    let tap = Tap::server("hello").sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    let address = listener.local_addr()?;

    let app = Router::new().route("/", get(hello)).layer(ConnLayer::new());
    let app = app.into_make_service_with_connect_info::<ConnInfo>();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async {
        axum::serve(listener, app).with_graceful_shutdown(async { _ = stopped.await }).await
    });

    recipes::get(address, "/").await?;
    drop(stop);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    let accept = recording.events().into_iter().find(|event| event.op.name() == "accept");
    let sock = accept.and_then(|accept| accept.sock).ok_or_else(|| io::Error::other("no accept"))?;
    assert!(log.text().contains(&format!("socket_tap.sock={sock}")), "{}", log.text());
    assert!(log.text().contains("saying hello"));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).all_closed_gracefully().no_errors();
    Ok(())
}

/// A writer that keeps log lines in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
