//! The time line for a machine.

use std::io::{self, Write};

use serde::Serialize;
use socket_tap::event::Event;
use socket_tap::format::write_event;

use crate::timeline::AnnotatedEvent;
use crate::timeline::Recording;
use socket_dissect::Part;

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
#[derive(Debug, Default, Serialize)]
pub(crate) struct Added<'a> {
    /// Which recording it is of, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<&'a str>,
    /// When, in nanoseconds on their common time line: for a connect, when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    /// Which connection, numbered across them.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<u64>,
    #[serde(skip_serializing_if = "<[Part]>::is_empty")]
    carried: &'a [Part],
    /// Its number on the time line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<u64>,
    /// In which step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<&'a str>,
    /// What was carried, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) says: String,
}

impl<'a> Added<'a> {
    /// For an event of the one recording that there is.
    fn alone(annotated: &'a AnnotatedEvent) -> Self {
        Self { carried: &annotated.parts, ..Self::default() }
    }

    /// For an event that stands among those of several recordings.
    pub(crate) fn among(recordings: &'a [Recording], annotated: &'a AnnotatedEvent) -> Self {
        Self {
            recording: recordings.get(annotated.timed.recording).map(|recording| recording.label.as_str()),
            at: Some(annotated.timed.at),
            connection: annotated.connection.as_ref().map(|connection| connection.number),
            ..Self::alone(annotated)
        }
    }

    /// Writes the event as it stands in its trace, with this, and a newline.
    pub(crate) fn write(&self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        let (mut line, added) = (Vec::new(), serde_json::to_vec(self)?);
        write_event(&mut line, event)?;
        // The fields of both objects make one.
        out.write_all(line.strip_suffix(b"}\n").unwrap_or_default())?;
        out.write_all(if added == b"{}" { b"" } else { b"," })?;
        out.write_all(added.strip_prefix(b"{").unwrap_or_default())?;
        out.write_all(b"\n")
    }
}

/// Writes the event with what else is known, and a newline.
///
/// # Errors
/// Those of `out`.
pub fn event(
    annotated: &AnnotatedEvent,
    recordings: &[Recording],
    between: &mut Between,
    out: &mut impl Write,
) -> io::Result<()> {
    between.before(out)?;
    let added =
        if recordings.len() > 1 { Added::among(recordings, annotated) } else { Added::alone(annotated) };
    added.write(&annotated.timed.event, out)
}
