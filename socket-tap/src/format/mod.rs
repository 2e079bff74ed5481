//! The trace format: JSON Lines with a [`Header`], one [`Event`](crate::event::Event) per line, and an [`End`].
//! `TRACE.md` describes each field.
//!
//! Parsing and writing lines needs the feature `file`. [`Header`], [`End`] and the [`text`] for a terminal are always
//! available.

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

/// The version of the format that this crate writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The first line of a trace: the recording program, its start, and its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The name of the recording: `rest`.
    pub name: String,
    /// The side of the connections that recorded.
    pub side: Side,
    /// The name and version of the recording program.
    pub program: String,
    /// The process id of the recording program.
    pub pid: u32,
    /// The start of the recording: RFC 3339, UTC.
    pub started: String,
    /// The reading of the machine's monotonic clock at the start, in nanoseconds. With it, recordings of several
    /// processes merge on one time line.
    pub monotonic_ns: u64,
    /// Number of bytes that are captured of each read and write; 0 for none.
    pub capture: u64,
    /// The number of this file, if the recording was rotated into several; 0 for the first.
    pub part: u64,
    /// The time of the first event that this file may contain, in nanoseconds since the recording began; 0 for a
    /// complete recording.
    pub since: u64,
}

impl Header {
    /// Creates a header that captures no payload, starts in 1970, and has no program.
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

/// The side of the connections that recorded. This enum is exhaustive: a connection has two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The side that accepts connections.
    Server,
    /// The side that connects.
    Client,
}

impl Side {
    /// Returns the name that a trace uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// The last line of a trace. A trace without it is incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct End {
    /// Number of events before this line.
    pub events: u64,
    /// Number of dropped events. The gaps have the details.
    pub lost: u64,
    /// Number of connections that were still open.
    pub open: u64,
    /// `true` if the recording continues in another file.
    pub continued: bool,
}

impl End {
    /// Creates the end of a recording whose connections are all closed.
    #[must_use]
    pub fn new(events: u64, lost: u64) -> Self {
        Self { events, lost, ..Self::default() }
    }
}
