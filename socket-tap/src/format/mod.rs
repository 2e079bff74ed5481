//! The trace format: JSON Lines with a [`Header`], one [`Event`](crate::event::Event) per line, and an [`End`].
//! `TRACE.md` describes each field.
//!
//! A [`Tap`](crate::Tap) writes the trace of the sockets of a program, and a [`TraceWriter`] any other events. Parsing and writing lines needs the feature `file`. [`Header`], [`End`] and the [`text`] for a terminal are always
//! available.

mod clock;
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
#[cfg(feature = "file")]
mod tcp_fields;
pub mod text;
mod timestamp;
#[cfg(feature = "file")]
mod transfer;
#[cfg(feature = "file")]
mod transfer_lines;
#[cfg(feature = "file")]
mod writer;

use std::path::Path;

pub use clock::Clock;
#[cfg(feature = "file")]
pub use error::{InvalidJson, LineError};
#[cfg(feature = "file")]
pub use line::{Line, write_event};
#[cfg(feature = "file")]
pub use part::part_path;
use timestamp::Timestamp;
#[cfg(feature = "file")]
pub(crate) use transfer_lines::TransferLines;
#[cfg(feature = "file")]
pub use writer::TraceWriter;

/// The version of the format that this crate writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The first line of a trace. It identifies the recording program, and the start and the clock of the
/// recording.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Version of the trace format.
    pub version: u32,
    /// Name of the recording, for example `rest`.
    pub name: String,
    /// The side of the recording program on its connections: server or client, or the network between them.
    pub side: Side,
    /// Name and version of the recording program.
    pub program: String,
    /// Process id of the recording program.
    pub pid: u32,
    /// Time at which the recording started, as RFC 3339 in UTC.
    pub started: String,
    /// Clock of `monotonic_ns` and of all events.
    pub clock: Clock,
    /// Time of the machine's monotonic clock at the start of the recording, in nanoseconds. With it, a reader
    /// of traces can put the recordings of several processes on one time line. For [`Clock::Realtime`], the
    /// nanoseconds from 1970 to the start.
    pub monotonic_ns: u64,
    /// Maximum number of bytes that are captured from each read, write and packet. 0 if payload is not captured.
    pub capture: u64,
    /// Number of this file, if the recording was rotated into several files. The first file has number 0.
    pub part: u64,
    /// Start of the time span that this file covers, in nanoseconds since the recording began. It is 0 for a
    /// file that begins with the recording, and greater if earlier events are in another file or were
    /// discarded.
    pub since: u64,
}

impl Header {
    /// Creates a header with an empty program name and the start time 1970, for a recording that captures no
    /// payload.
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
            clock: Clock::Monotonic,
            monotonic_ns: 0,
            capture: 0,
            part: 0,
            since: 0,
        }
    }

    /// Creates a header with the name and process id of this program, for a recording that starts now and captures
    /// no payload.
    #[must_use]
    pub fn starting_now(name: impl Into<String>, side: Side) -> Self {
        Self::started_at(crate::monotonic_ns(), name, side)
    }

    /// Creates a header like [`starting_now`](Self::starting_now), for a recording that started at a reading of the monotonic
    /// clock.
    pub(crate) fn started_at(monotonic_ns: u64, name: impl Into<String>, side: Side) -> Self {
        Self {
            program: executable(),
            pid: std::process::id(),
            started: Timestamp::at_monotonic(monotonic_ns).to_string(),
            monotonic_ns,
            ..Self::new(name, side)
        }
    }
}

/// Returns the file name of this program.
pub(crate) fn executable() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(Path::file_name);
    name.map_or_else(|| "unknown".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A recording's side of its connections. This enum is exhaustive: a connection has two ends, with a network in
/// between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The side that accepts connections.
    Server,
    /// The side that connects.
    Client,
    /// The network between the two. The recording has packets instead of socket calls.
    Wire,
}

impl Side {
    /// Returns the other end of a connection. The network between both ends is returned as it is.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
            Self::Wire => Self::Wire,
        }
    }

    /// Returns the side's name in a trace: `server`, `client` or `wire`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Wire => "wire",
        }
    }
}

/// The last line of a trace. If it is missing, the trace is incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct End {
    /// Number of events in this file.
    pub events: u64,
    /// Number of events that the recorder dropped. The gap events count them by kind.
    pub lost: u64,
    /// Number of connections that were open when the recording or the file ended.
    pub open: u64,
    /// `true` if the recording continues in another file.
    pub continued: bool,
}

impl End {
    /// Creates the end line of a recording in which no connection is open and which does not continue in
    /// another file.
    #[must_use]
    pub fn new(events: u64, lost: u64) -> Self {
        Self { events, lost, ..Self::default() }
    }
}
