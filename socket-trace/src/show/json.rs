//! The time line for a machine.

use std::io::{self, Write};

use serde::Serialize;
use socket_tap::format::write_event;

use crate::dissect::Part;
use crate::timeline::Recording;
use crate::timeline::seen::Seen;

/// What comes between objects: those of one array, which can be read when it is complete, or a line each, which can be
/// read as they come.
#[derive(Debug)]
pub struct Between {
    array: bool,
    any: bool,
}

impl Between {
    /// Those of lines, or of an array.
    #[must_use]
    pub fn new(lines: bool) -> Self {
        Self { array: !lines, any: false }
    }

    /// An object comes.
    fn before(&mut self, out: &mut impl Write) -> io::Result<()> {
        let before = match (self.array, self.any) {
            (false, _) => "",
            (true, false) => "[",
            (true, true) => ",",
        };
        self.any = true;
        out.write_all(before.as_bytes())
    }

    /// No more objects come.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&self, out: &mut impl Write) -> io::Result<()> {
        let end = match (self.array, self.any) {
            (false, _) => "",
            (true, false) => "[]\n",
            (true, true) => "]\n",
        };
        out.write_all(end.as_bytes())
    }
}

/// Writes anything, and a newline.
///
/// # Errors
/// Those of `out`.
pub fn object(value: &impl Serialize, between: &mut Between, out: &mut impl Write) -> io::Result<()> {
    between.before(out)?;
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// What is added to an event.
#[derive(Serialize)]
struct Added<'a> {
    /// Which recording it is of, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<&'a str>,
    /// When, in nanoseconds on their common time line.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    /// Which connection, numbered across them.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<u64>,
    #[serde(skip_serializing_if = "<[Part]>::is_empty")]
    carried: &'a [Part],
}

/// Writes the event as it stands in its trace, with what else is known, and a newline.
///
/// # Errors
/// Those of `out`.
pub fn event(
    seen: &Seen,
    recordings: &[Recording],
    between: &mut Between,
    out: &mut impl Write,
) -> io::Result<()> {
    between.before(out)?;
    let several = recordings.len() > 1;
    if !several && seen.carried.is_empty() {
        return write_event(out, &seen.moment.event);
    }
    let recording = recordings.get(seen.moment.recording).filter(|_| several);
    let added = serde_json::to_vec(&Added {
        recording: recording.map(|recording| recording.label.as_str()),
        at: several.then_some(seen.moment.at),
        connection: seen.connection.as_ref().filter(|_| several).map(|connection| connection.number),
        carried: &seen.carried,
    })?;
    let mut event = Vec::new();
    write_event(&mut event, &seen.moment.event)?;
    // The fields of both objects make one.
    out.write_all(event.strip_suffix(b"}\n").unwrap_or_default())?;
    out.write_all(b",")?;
    out.write_all(added.strip_prefix(b"{").unwrap_or_default())?;
    out.write_all(b"\n")
}
