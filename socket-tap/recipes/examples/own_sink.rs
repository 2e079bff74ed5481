//! A `Sink` of your own, which counts connections and bytes for a metrics endpoint.
//!
//! `Sink::events` runs on the recorder's own thread, so it may take a lock or write to a file without
//! delaying the program. A `close` event has the totals of its connection and the side that ended it. If a
//! sink returns an error, it gets no further events and the callback set with `on_error` is called. The crate
//! itself prints nothing.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use recipes::terminal;
use socket_tap::event::{Event, Op};
use socket_tap::sink::Sink;
use socket_tap::{Tap, TapListener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Metrics {
    fn add(&self, name: &'static str, count: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += count;
    }

    fn get(&self, name: &str) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied().unwrap_or(0)
    }
}

impl Sink for Metrics {
    fn name(&self) -> String {
        "the metrics".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch {
            match &event.op {
                Op::Accept { .. } if event.error.is_none() => self.add("connections_accepted", 1),
                Op::Close(close) if close.ended_by.is_some() => {
                    self.add("connections_closed", 1);
                    self.add("bytes_received", close.totals.rx);
                    self.add("bytes_sent", close.totals.tx);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let metrics = Metrics::default();
    let tap = Tap::server("echo")
        .sink(metrics.clone())
        .sink(terminal())
        .on_error(|error| eprintln!("echo: {error}"))
        .start()?;
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;

    for _ in 0..3 {
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        let (mut server, _) = listener.accept().await?;
        client.write_all(b"hello").await?;
        server.read_exact(&mut [0; 5]).await?;
        server.write_all(b"hi").await?;
    }
    drop(listener);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    assert_eq!((end.lost, end.open), (0, 0));
    assert_eq!((metrics.get("connections_accepted"), metrics.get("connections_closed")), (3, 3));
    assert_eq!((metrics.get("bytes_received"), metrics.get("bytes_sent")), (15, 6));
    Ok(())
}
