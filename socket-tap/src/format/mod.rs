//! The trace: JSON Lines, a [`Header`], an [`Event`] a line, an [`End`]. `TRACE.md` explains each field.

mod error;
mod lines;
pub mod text;
mod transfer;
mod transfer_lines;
mod wire;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::event::Event;
use lines::{EndLine, HeaderLine, VersionOnly};

pub use error::{InvalidJson, LineError};
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

/// One line of a trace.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// The first.
    Header(Header),
    /// One in between.
    Event(Event),
    /// The last.
    End(End),
}

/// The path of a full file of a recording that is cut by size: `shop.jsonl` is `shop.3.jsonl` as part 3.
///
/// ```
/// use std::path::Path;
/// use socket_tap::format::part_path;
///
/// assert_eq!(part_path(Path::new("traces/shop.jsonl"), 3), Path::new("traces/shop.3.jsonl"));
/// ```
#[must_use]
pub fn part_path(path: &Path, part: u64) -> PathBuf {
    let mut extension = OsString::from(part.to_string());
    if let Some(last) = path.extension() {
        extension.push(".");
        extension.push(last);
    }
    path.with_extension(extension)
}

impl Line {
    /// Reads the first line of a trace.
    ///
    /// # Errors
    /// When it is no header, or one of a newer version.
    pub fn parse_header(line: &str) -> Result<Header, LineError> {
        let VersionOnly { socket_tap: version } = serde_json::from_str(line).map_err(InvalidJson)?;
        if version > u64::from(VERSION) {
            return Err(LineError::NewerVersion(version));
        }
        let HeaderLine(header) = serde_json::from_str(line).map_err(InvalidJson)?;
        Ok(header)
    }

    /// Reads any line after the first.
    ///
    /// ```
    /// use socket_tap::format::Line;
    ///
    /// let line = r#"{"t":960000,"sock":2,"op":"write","bytes":175,"slices":2}"#;
    /// let Line::Event(event) = Line::parse(line)? else { panic!("not an event") };
    /// assert_eq!(event.op.name(), "write");
    /// # Ok::<(), socket_tap::format::LineError>(())
    /// ```
    ///
    /// # Errors
    /// When it is neither an event nor an end.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        match wire::parse(line) {
            Ok(event) => object(line).map(|()| Self::Event(event)),
            // Every event has an `op`; the end line has none and comes once, so it is tried second.
            Err(error) => match serde_json::from_str(line) {
                Ok(EndLine { end: true, counts }) => Ok(Self::End(counts)),
                _ => Err(error),
            },
        }
    }

    /// Writes the line, with its newline.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        match self {
            Self::Header(header) => json_line(out, &HeaderLine(header.clone())),
            Self::Event(event) => write_event(out, event),
            Self::End(end) => json_line(out, &EndLine { end: true, counts: end.clone() }),
        }
    }
}

/// To serde an array is as good as an object, its values taken as the fields in order. To the format it is not.
fn object(line: &str) -> Result<(), LineError> {
    if line.trim_ascii_start().starts_with('{') { Ok(()) } else { Err(LineError::NotAnObject) }
}

/// Writes one event as a line.
///
/// # Errors
/// Those of `out`.
pub fn write_event(out: &mut impl std::io::Write, event: &Event) -> std::io::Result<()> {
    match transfer::of(event) {
        Some(moved) => transfer::write(out, event, moved),
        None => json_line(out, &wire::Wire::from(event)),
    }
}

fn json_line(out: &mut impl std::io::Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
