//! Parses and writes the lines of a trace.

use serde::Serialize;

use super::lines::{EndLine, HeaderLine, VersionOnly};
use super::{End, Header, InvalidJson, LineError, VERSION, flat_event, transfer};
use crate::event::Event;

/// One line of a trace.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Line {
    /// The first line of a trace.
    Header(Header),
    /// A line between the header and the end line.
    Event(Event),
    /// The last line of a trace.
    End(End),
}

impl Line {
    /// Parses the first line of a trace.
    ///
    /// # Errors
    /// Returns an error if the line is not a header, or has a newer version of the format.
    pub fn parse_header(line: &str) -> Result<Header, LineError> {
        let VersionOnly { socket_tap: version } = serde_json::from_str(line).map_err(InvalidJson)?;
        if version > u64::from(VERSION) {
            return Err(LineError::NewerVersion(version));
        }
        let HeaderLine(header) = serde_json::from_str(line).map_err(InvalidJson)?;
        Ok(header)
    }

    /// Parses any line of a trace except the first.
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
    /// Returns an error if the line is neither an event nor an end line.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        match flat_event::parse(line) {
            Ok(event) => object(line).map(|()| Self::Event(event)),
            // The end line has no `op` and comes once, so it is tried second.
            Err(error) => match serde_json::from_str(line) {
                Ok(EndLine { end: true, counts }) => Ok(Self::End(counts)),
                _ => Err(error),
            },
        }
    }

    /// Writes the line, followed by a newline.
    ///
    /// # Errors
    /// Returns the error if writing to `out` fails.
    pub fn write(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        match self {
            Self::Header(header) => json_line(out, &HeaderLine(header.clone())),
            Self::Event(event) => write_event(out, event),
            Self::End(end) => json_line(out, &EndLine { end: true, counts: end.clone() }),
        }
    }
}

/// Returns an error if the line is not a JSON object. serde itself would also accept an array of the field
/// values.
fn object(line: &str) -> Result<(), LineError> {
    if line.trim_ascii_start().starts_with('{') { Ok(()) } else { Err(LineError::NotAnObject) }
}

/// Writes the event as a line of a trace, followed by a newline.
///
/// # Errors
/// Returns the error if writing to `out` fails.
pub fn write_event(out: &mut impl std::io::Write, event: &Event) -> std::io::Result<()> {
    match transfer::of(event) {
        Some(moved) => transfer::write(out, event, moved),
        None => json_line(out, &flat_event::FlatEvent::from(event)),
    }
}

pub(super) fn json_line(out: &mut impl std::io::Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
