//! The trace: JSON Lines, a [`Header`], an [`Event`] a line, an [`End`]. `TRACE.md` explains each field.

pub mod text;
mod transfer;
mod wire;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::event::Event;

/// The version that this crate writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The first line: who recorded, when, and with which clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    #[serde(rename = "socket_tap")]
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
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: u64,
    /// What happened before is not in this file: nanoseconds since the recording began; 0 for the whole recording.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub since: u64,
}

/// The side that recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Event lines before this one.
    pub events: u64,
    /// Events that are missing; the gaps say where, and what they were.
    pub lost: u64,
    /// Connections that were still open.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: u64,
    /// The recording goes on in another file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub continued: bool,
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The first.
    Header(Header),
    /// One in between.
    Event(Event),
    /// The last.
    End(End),
}

/// Why a line is not one of a trace.
#[derive(Debug)]
pub enum LineError {
    /// It is not JSON, or a field is missing or of the wrong type.
    Json(serde_json::Error),
    /// It is JSON, and no object.
    NotAnObject,
    /// A field has a value that it cannot have.
    Value {
        /// The field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The trace was written by a newer program.
    NewerVersion(u64),
}

impl std::fmt::Display for LineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(error) => {
                // serde_json counts lines, too, and each of ours is its first.
                let text = error.to_string();
                let what = text.split(" at line ").next().unwrap_or_default();
                // It quotes the line, which may hold anything.
                write!(f, "{}, at column {}", text::printable(what), error.column())
            }
            Self::NotAnObject => f.write_str("not a JSON object"),
            Self::Value { field, expected } => write!(f, "field `{field}` must be {expected}"),
            Self::NewerVersion(version) => write!(
                f,
                "the trace has format version {version}, this program reads up to {VERSION}: use a newer one"
            ),
        }
    }
}

impl std::error::Error for LineError {}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
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

#[derive(Serialize, Deserialize)]
struct EndLine {
    end: bool,
    #[serde(flatten)]
    counts: End,
}

#[derive(Deserialize)]
struct VersionOnly {
    socket_tap: u64,
}

impl Line {
    /// Reads the first line of a trace.
    ///
    /// # Errors
    /// When it is no header, or one of a newer version.
    pub fn parse_header(line: &str) -> Result<Header, LineError> {
        let VersionOnly { socket_tap: version } = serde_json::from_str(line)?;
        if version > u64::from(VERSION) {
            return Err(LineError::NewerVersion(version));
        }
        Ok(serde_json::from_str(line)?)
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
            Self::Header(header) => json_line(out, header),
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
