//! The trace: JSON Lines, a [`Header`], an [`Event`](crate::event::Event) a line, an [`End`]. `TRACE.md` explains each
//! field.
//!
//! Reading and writing these lines needs the feature `file`. The types of the first and the last line, and the lines for
//! the eye in [`text`], are always there.

#[cfg(feature = "file")]
mod error;
#[cfg(feature = "file")]
mod flat_event;
#[cfg(feature = "file")]
mod line;
#[cfg(feature = "file")]
mod lines;
#[cfg(feature = "file")]
mod part;
pub mod text;
mod timestamp;
#[cfg(feature = "file")]
mod transfer;
#[cfg(feature = "file")]
mod transfer_lines;

#[cfg(feature = "file")]
pub use error::{InvalidJson, LineError};
#[cfg(feature = "file")]
pub use line::{Line, write_event};
#[cfg(feature = "file")]
pub use part::part_path;
pub(crate) use timestamp::Timestamp;
#[cfg(feature = "file")]
pub(crate) use transfer_lines::TransferLines;

/// The version that this crate writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The first line: who recorded, when, and with which clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Version of the format.
    pub version: u32,
    /// What the recording is called: `rest`.
    pub name: String,
    /// Which side of the connections recorded.
    pub side: Side,
    /// The program that recorded, and its version.
    pub program: String,
    /// Its process id.
    pub pid: u32,
    /// When the recording began, RFC 3339, UTC.
    pub started: String,
    /// The machine's monotonic clock at that moment, in nanoseconds: with it, recordings of several processes merge
    /// on one time line.
    pub monotonic_ns: u64,
    /// How many bytes of payload are kept of each read and write; 0 for none.
    pub capture: u64,
    /// Which of the recording's files this is, when it was cut into several: 0 for the first.
    pub part: u64,
    /// What happened before is not in this file: nanoseconds since the recording began; 0 for the whole recording.
    pub since: u64,
}

impl Header {
    /// The header of a recording of which nothing else is known: it began in 1970, and keeps no payload.
    ///
    /// ```
    /// use socket_tap::format::{Header, Side};
    ///
    /// let mut header = Header::new("rest", Side::Server);
    /// header.capture = 1024;
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, side: Side) -> Self {
        Self {
            version: VERSION,
            name: name.into(),
            side,
            program: String::new(),
            pid: 0,
            started: "1970-01-01T00:00:00Z".to_owned(),
            monotonic_ns: 0,
            capture: 0,
            part: 0,
            since: 0,
        }
    }
}

/// The side that recorded. A connection has two, so this does not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// It accepts connections.
    Server,
    /// It connects.
    Client,
}

impl Side {
    /// Its name, as in a trace.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// The last line. A trace without it was cut short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct End {
    /// Event lines before this one.
    pub events: u64,
    /// Events that are missing; the gaps say where, and what they were.
    pub lost: u64,
    /// Connections that were still open.
    pub open: u64,
    /// The recording goes on in another file.
    pub continued: bool,
}

impl End {
    /// The end of a recording whose connections are all closed.
    #[must_use]
    pub fn new(events: u64, lost: u64) -> Self {
        Self { events, lost, ..Self::default() }
    }
}
