//! axum with server-sent events whose send times the tap records.
//!
//! The tap records the write of each server-sent event separately, with its time. A log of responses has no
//! such times. With `nodelay(true)` each event is sent at once. Without it, Nagle's algorithm delays the
//! second event by up to 40 ms, until the client's kernel has acknowledged the first (RFC 896, RFC 1122
//! section 4.2.3.2).

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::response::sse::{Event, Sse};
use axum::{Router, routing::get};
use futures_util::Stream;
use recipes::{carried, terminal};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapListener};
use tokio::sync::oneshot;

async fn countdown() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(futures_util::stream::unfold(3, |left| async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        (left > 0).then(|| (Ok(Event::default().data(left.to_string())), left - 1))
    }))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("countdown").capture(1024).sink(recording.clone()).sink(terminal()).start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?.nodelay(true);
    let address = listener.local_addr()?;

    let app = Router::new().route("/", get(countdown));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async {
        axum::serve(listener, app).with_graceful_shutdown(async { _ = stopped.await }).await
    });

    assert!(recipes::get(address, "/").await?.contains("data: 1"));
    drop(stop);
    server.await??;
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    let events = recording.events();
    assert!(["data: 3", "data: 2", "data: 1"].iter().all(|data| carried(&events, data)));
    assert_eq!((end.lost, end.open), (0, 0));
    recording.check().connections(1).nodelay().reads(2).all_closed_gracefully().no_errors();
    Ok(())
}
