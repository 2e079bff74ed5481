//! Assertions on what a program does with its sockets, for its own tests.
//!
//! ```
//! use socket_tap::check::Recording;
//! use socket_tap::{Tap, TapListener};
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # use tokio::net::TcpStream;
//!
//! /// The server under test: answers one question, and closes.
//! async fn serve(listener: TapListener) -> std::io::Result<()> {
//!     let (mut stream, _peer) = listener.accept().await?;
//!     let mut question = [0; 4];
//!     stream.read_exact(&mut question).await?;
//!     stream.write_all(b"answer").await?;
//!     stream.shutdown().await
//! }
//!
//! // #[tokio::test]
//! async fn it_answers_in_one_write() -> std::io::Result<()> {
//!     let recording = Recording::server("answers")?;
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
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(it_answers_in_one_write())?;
//! # std::io::Result::Ok(())
//! ```
//!
//! A check that fails panics with the whole recording, and the events that it is about are marked:
//!
//! ```text
//! 1 write expected, 2 are there:
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

/// A recording to be checked. Each check returns it again, for the next one.
#[derive(Clone, Debug)]
pub struct Check {
    events: Vec<Event>,
}

impl Check {
    /// Checks these events.
    ///
    /// # Panics
    /// When the recording has gaps: what is missing could be what a check is about.
    #[track_caller]
    #[must_use]
    pub fn new(events: impl Into<Vec<Event>>) -> Self {
        let check = Self { events: events.into() };
        check
            .never("no gaps expected: the recorder was overrun, so this recording proves nothing", |event| {
                matches!(event.op, Op::Gap(_))
            });
        check
    }

    /// The events, for what no check here says.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The recording after the mark of that name, see [`Tap::mark`](crate::Tap::mark).
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    #[must_use]
    pub fn after_mark(&self, name: &str) -> Self {
        let found =
            self.events.iter().position(|event| matches!(&event.op, Op::Mark { label } if label == name));
        match found {
            Some(mark) => Self { events: self.events[mark + 1..].to_vec() },
            None => self.fail(&format!("a mark `{name}` expected, there is none"), |event| {
                matches!(event.op, Op::Mark { .. })
            }),
        }
    }

    /// So many reads brought bytes. The end of the stream is none.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn reads(&self, expected: usize) -> &Self {
        self.count(expected, "read", |event| moved(event).is_some_and(|(way, _)| way == Way::In))
    }

    /// So many writes took bytes.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn writes(&self, expected: usize) -> &Self {
        self.count(expected, "write", |event| moved(event).is_some_and(|(way, _)| way == Way::Out))
    }

    /// So many bytes were received, over all connections.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn received(&self, expected: u64) -> &Self {
        self.bytes(expected, Way::In, "received")
    }

    /// So many bytes were sent, over all connections.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn sent(&self, expected: u64) -> &Self {
        self.bytes(expected, Way::Out, "sent")
    }

    /// No operation failed.
    ///
    /// # Panics
    /// When one did.
    #[track_caller]
    pub fn no_errors(&self) -> &Self {
        self.never("no errors expected, some operations failed", |event| event.error.is_some())
    }

    /// No event is one of those; `expectation` begins the message when one is.
    ///
    /// ```
    /// # use socket_tap::check::{Check, Recording};
    /// # use socket_tap::event::Op;
    /// # let recording = Recording::server("test")?;
    /// recording.check().never("no write above 1 MiB expected", |event| {
    ///     matches!(&event.op, Op::Write(transfer) if transfer.bytes > 1024 * 1024)
    /// });
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Panics
    /// When one is.
    #[track_caller]
    pub fn never(&self, expectation: &str, offends: impl Fn(&Event) -> bool) -> &Self {
        if self.events.iter().any(&offends) {
            self.fail(expectation, offends);
        }
        self
    }

    #[track_caller]
    fn bytes(&self, expected: u64, way: Way, done: &str) -> &Self {
        let of_way = |event: &Event| moved(event).filter(|moved| moved.0 == way);
        let found: u64 = self.events.iter().filter_map(of_way).map(|(_, bytes)| bytes).sum();
        if found != expected {
            self.fail(&format!("{expected} B expected to be {done}, {found} B were"), |event| {
                of_way(event).is_some()
            });
        }
        self
    }

    #[track_caller]
    fn count(&self, expected: usize, what: &str, counts: impl Fn(&Event) -> bool) -> &Self {
        let found = self.events.iter().filter(|event| counts(event)).count();
        if found != expected {
            let plural = if expected == 1 { "" } else { "s" };
            let are = if found == 1 { "is" } else { "are" };
            self.fail(&format!("{expected} {what}{plural} expected, {found} {are} there"), counts);
        }
        self
    }

    /// Fails with the whole recording, in which the events that are `marked` stand out.
    #[track_caller]
    #[expect(clippy::panic, reason = "a failed assertion of a test")]
    fn fail(&self, message: &str, marked: impl Fn(&Event) -> bool) -> ! {
        let (mut lines, mut text) = (Lines::new(), format!("{message}:\n\n"));
        for event in &self.events {
            text.push_str(if marked(event) { "▶ " } else { "  " });
            lines.push(event, &mut text);
        }
        if self.events.is_empty() {
            text.push_str("  (nothing was recorded)\n");
        }
        panic!("{text}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// Which way bytes went, and how many, when the event moved any.
fn moved(event: &Event) -> Option<(Way, u64)> {
    let (way, bytes) = match &event.op {
        Op::Read(transfer) => (Way::In, transfer.bytes),
        Op::Write(transfer) => (Way::Out, transfer.bytes),
        _ => return None,
    };
    (event.error.is_none() && bytes > 0).then_some((way, bytes))
}

#[cfg(test)]
mod tests;
