//! Tests how much memory the tap uses for an open, idle connection.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod counting;

use std::io;

use socket_tap::event::Event;
use socket_tap::sink::Sink;
use socket_tap::{Tap, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Empty};
use tokio::net::TcpStream;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

const CONNECTIONS: usize = 1000;
const ROUNDS: usize = 8;
/// Maximum number of heap bytes that the tap may use per connection.
const LIMIT: usize = 256;

/// A sink that discards events.
struct Discard;

impl Sink for Discard {
    fn name(&self) -> String {
        "nowhere".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        Ok(())
    }
}

/// Opens and records [`CONNECTIONS`] in-memory connections, which allocate nothing themselves. Returns the
/// number of heap bytes that are in use for them while they are open. It is the minimum of several rounds,
/// because the recorder's buffers grow in the first round.
async fn held(tap: &Tap) -> isize {
    let mut open: Vec<TapStream<Empty>> = Vec::with_capacity(CONNECTIONS);
    let mut least = isize::MAX;
    for _ in 0..ROUNDS {
        tap.flush().await;
        let before = counting::live_bytes();
        for _ in 0..CONNECTIONS {
            let mut stream = TapStream::wrap(tap, tokio::io::empty(), "memory");
            stream.write_all(b"hello").await.unwrap();
            assert_eq!(stream.read(&mut [0; 5]).await.unwrap(), 0);
            open.push(stream);
        }
        tap.flush().await;
        least = least.min(counting::live_bytes() - before);
        open.clear();
    }
    least
}

#[tokio::test]
async fn idle_connection_uses_at_most_256_bytes() {
    let beside_the_stream = size_of::<TapStream>() - size_of::<TcpStream>();
    let tap = Tap::server("memory").capture(1024).sink(Discard).start().unwrap();
    let on_the_heap = held(&tap).await;
    let each = beside_the_stream + on_the_heap.unsigned_abs().div_ceil(CONNECTIONS);
    assert!(each <= LIMIT, "{each} bytes, {beside_the_stream} of them in the stream");
}
