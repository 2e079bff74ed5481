//! Assertions on the socket calls of a program, for its tests.
//!
//! ```
//! use socket_tap::check::Recording;
//! use socket_tap::{Tap, TapListener};
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # use tokio::net::TcpStream;
//!
//! /// The server under test: responds to one request, and closes.
//! async fn serve(listener: TapListener) -> std::io::Result<()> {
//!     let (mut stream, _peer) = listener.accept().await?;
//!     let mut request = [0; 4];
//!     stream.read_exact(&mut request).await?;
//!     stream.write_all(b"answer").await?;
//!     stream.shutdown().await
//! }
//!
//! // #[tokio::test]
//! async fn response_is_one_write() -> std::io::Result<()> {
//!     let recording = Recording::server("test")?;
//!     let listener = TapListener::bind(recording.tap(), "127.0.0.1:0").await?;
//!     let address = listener.local_addr()?;
//!     let server = tokio::spawn(serve(listener));
//!
//!     let mut client = TcpStream::connect(address).await?;
//!     client.write_all(b"how?").await?;
//!     client.read_to_end(&mut Vec::new()).await?;
//!     server.await??;
//!
//!     recording
//!         .check()
//!         .connections(1)
//!         .reads(1)
//!         .writes(1)
//!         .sent(6)
//!         .first_write_after_first_read()
//!         .all_closed_gracefully()
//!         .no_errors();
//!     Ok(())
//! }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(response_is_one_write())?;
//! # std::io::Result::Ok(())
//! ```
//!
//! A failed check panics with the complete recording, in which the offending events are marked:
//!
//! ```text
//! expected 1 write, found 2:
//!
//!     0.000190   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 10
//!     0.000310   #2 read      4 B
//! ▶   0.000352   #2 write     2 B
//! ▶   0.000360   #2 write     4 B
//! ```

mod connections;
mod recording;

use crate::event::{Event, Op};
use crate::format::text::Lines;

pub use recording::Recording;

/// A recording to be checked. Each check returns `self`, so checks can be chained.
#[derive(Clone, Debug)]
pub struct Check {
    events: Vec<Event>,
}

impl Check {
    /// Creates a `Check` of the given events.
    ///
    /// # Panics
    /// Panics if the recording has gaps: the dropped events could be the ones to be checked.
    #[track_caller]
    #[must_use]
    pub fn new(events: impl Into<Vec<Event>>) -> Self {
        let check = Self { events: events.into() };
        check.never("expected no gaps, but the recorder was overloaded and dropped events", |event| {
            matches!(event.op, Op::Gap(_))
        });
        check
    }

    /// Returns the events of the recording, to check them with other assertions.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns a `Check` of the events that follow the mark `name`, without the earlier ones.
    /// [`Tap::mark`](crate::Tap::mark) records a mark.
    ///
    /// # Panics
    /// Panics if the recording has no mark of that name.
    #[track_caller]
    #[must_use]
    pub fn after_mark(&self, name: &str) -> Self {
        let found =
            self.events.iter().position(|event| matches!(&event.op, Op::Mark { label } if label == name));
        match found {
            Some(mark) => Self { events: self.events[mark + 1..].to_vec() },
            None => self.fail(&format!("expected a mark `{name}`, found none"), |event| {
                matches!(event.op, Op::Mark { .. })
            }),
        }
    }

    /// Expects this number of reads that received bytes. Reads that only report the end of stream do not
    /// count.
    ///
    /// # Panics
    /// Panics if the number of reads differs.
    #[track_caller]
    pub fn reads(&self, expected: usize) -> &Self {
        self.count(expected, "read", |event| {
            transferred(event).is_some_and(|(direction, _)| direction == Direction::Received)
        })
    }

    /// Expects this number of writes that sent bytes.
    ///
    /// # Panics
    /// Panics if the number of writes differs.
    #[track_caller]
    pub fn writes(&self, expected: usize) -> &Self {
        self.count(expected, "write", |event| {
            transferred(event).is_some_and(|(direction, _)| direction == Direction::Sent)
        })
    }

    /// Expects this number of received bytes, summed over all connections.
    ///
    /// # Panics
    /// Panics if the number of bytes differs.
    #[track_caller]
    pub fn received(&self, expected: u64) -> &Self {
        self.bytes(expected, Direction::Received, "received")
    }

    /// Expects this number of sent bytes, summed over all connections.
    ///
    /// # Panics
    /// Panics if the number of bytes differs.
    #[track_caller]
    pub fn sent(&self, expected: u64) -> &Self {
        self.bytes(expected, Direction::Sent, "sent")
    }

    /// Expects that no socket operation failed.
    ///
    /// # Panics
    /// Panics if an operation failed.
    #[track_caller]
    pub fn no_errors(&self) -> &Self {
        self.never("expected no errors, but some operations failed", |event| event.error.is_some())
    }

    /// Expects that `offends` returns `false` for every event. If `offends` returns `true` for an event, this
    /// method panics with a message that begins with `expectation`.
    ///
    /// ```
    /// # use socket_tap::check::{Check, Recording};
    /// # use socket_tap::event::Op;
    /// # let recording = Recording::server("test")?;
    /// recording.check().never("expected no write above 1 MiB", |event| {
    ///     matches!(&event.op, Op::Write(transfer) if transfer.bytes > 1024 * 1024)
    /// });
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Panics
    /// Panics if `offends` returns `true` for an event.
    #[track_caller]
    pub fn never(&self, expectation: &str, offends: impl Fn(&Event) -> bool) -> &Self {
        if self.events.iter().any(&offends) {
            self.fail(expectation, offends);
        }
        self
    }

    #[track_caller]
    fn bytes(&self, expected: u64, direction: Direction, done: &str) -> &Self {
        let in_direction =
            |event: &Event| transferred(event).filter(|transferred| transferred.0 == direction);
        let found: u64 = self.events.iter().filter_map(in_direction).map(|(_, bytes)| bytes).sum();
        if found != expected {
            self.fail(&format!("expected {expected} B {done}, found {found} B"), |event| {
                in_direction(event).is_some()
            });
        }
        self
    }

    #[track_caller]
    fn count(&self, expected: usize, what: &str, counts: impl Fn(&Event) -> bool) -> &Self {
        let found = self.events.iter().filter(|event| counts(event)).count();
        if found != expected {
            let plural = if expected == 1 { "" } else { "s" };
            self.fail(&format!("expected {expected} {what}{plural}, found {found}"), counts);
        }
        self
    }

    /// Panics with `message` and the complete recording. The events for which `marked` returns `true` are
    /// marked in it.
    #[track_caller]
    #[expect(clippy::panic, reason = "a failed check fails its test")]
    fn fail(&self, message: &str, marked: impl Fn(&Event) -> bool) -> ! {
        let (mut lines, mut text) = (Lines::new(), format!("{message}:\n\n"));
        for event in &self.events {
            text.push_str(if marked(event) { "▶ " } else { "  " });
            lines.push(event, &mut text);
        }
        if self.events.is_empty() {
            text.push_str("  (no events)\n");
        }
        panic!("{text}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Received,
    Sent,
}

/// Returns the direction and the byte count of a read or write that transferred bytes. Returns `None` for any
/// other event.
fn transferred(event: &Event) -> Option<(Direction, u64)> {
    let (direction, bytes) = match &event.op {
        Op::Read(transfer) => (Direction::Received, transfer.bytes),
        Op::Write(transfer) => (Direction::Sent, transfer.bytes),
        _ => return None,
    };
    (event.error.is_none() && bytes > 0).then_some((direction, bytes))
}

#[cfg(test)]
mod tests;
