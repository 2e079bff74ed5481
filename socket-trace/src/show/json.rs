//! Writes the events of a time line as JSON.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use socket_tap::event::Event;
use socket_tap::format::write_event;

use crate::escaped_json::EscapedJson;
use crate::story::Phase;
use crate::summary::operation_name;
use crate::timeline::AnnotatedEvent;
#[cfg(doc)]
use crate::timeline::NumberedPacket;
use crate::timeline::Recording;
use crate::why::ShortExplanation;
use socket_dissect::{Call, Part};

/// Writes the delimiters between JSON objects: brackets and commas for an array, nothing for one object per
/// line. Lines without delimiters can be parsed as soon as they arrive.
#[derive(Debug)]
pub struct Delimiters {
    array: bool,
    has_objects: bool,
}

impl Delimiters {
    /// Returns delimiters for one object per line if `lines` is `true`, else for an array.
    #[must_use]
    pub fn new(lines: bool) -> Self {
        Self { array: !lines, has_objects: false }
    }

    /// Writes the delimiter before the next object: `[` before the first one of an array, `,` before the
    /// others.
    fn before_object(&mut self, out: &mut impl Write) -> io::Result<()> {
        let before = match (self.array, self.has_objects) {
            (false, _) => "",
            (true, false) => "[",
            (true, true) => ",",
        };
        self.has_objects = true;
        out.write_all(before.as_bytes())
    }

    /// Writes the `]` after the last object, or `[]` if the array is empty. Writes nothing for one object per
    /// line.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn end(&self, out: &mut impl Write) -> io::Result<()> {
        let end = match (self.array, self.has_objects) {
            (false, _) => "",
            (true, false) => "[]\n",
            (true, true) => "]\n",
        };
        out.write_all(end.as_bytes())
    }
}

/// Writes a value as one JSON object on a line.
///
/// # Errors
/// `out` cannot be written.
pub fn object(value: &impl Serialize, delimiters: &mut Delimiters, out: &mut impl Write) -> io::Result<()> {
    delimiters.before_object(out)?;
    serde_json::to_writer(EscapedJson(&mut *out), value)?;
    out.write_all(b"\n")
}

/// JSON fields that the output adds to the fields of an event.
#[derive(Debug, Default, Serialize)]
pub(crate) struct AddedFields<'a> {
    /// Label of the event's recording, if several recordings are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<&'a str>,
    /// Time of the event on the common time line, in nanoseconds. For a `connect`, the time at which it was
    /// called.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    /// Number of the event's connection on the common time line.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<u64>,
    /// Number of a packet on its connection, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<u64>,
    /// Number of the earlier packet that a retransmission or copy repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<u64>,
    /// `true` if a retransmission was not needed; see [`NumberedPacket::is_spurious`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    spurious: bool,
    #[serde(skip_serializing_if = "<[Part]>::is_empty")]
    carried: &'a [Part],
    /// Number of the event on the time line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<u64>,
    /// Name of the step (the time from one mark to the next) in which the event happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<&'a str>,
    /// `true` if the event belongs to a connection that the recorded server opened to another server, such as
    /// a database.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) upstream: bool,
    /// Description of the data that the event transferred, e.g. `GET /v1/books/1`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) says: String,
    /// Short name of the client of the connection, from its `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<&'a str>,
    /// The API calls that ended with the event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ended: Vec<EndedCall<'a>>,
    /// Reason for the end of the connection, at its last close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<ShortExplanation>,
    /// Phase of the connection to which the call belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<Phase>,
}

/// An API call, with its times on the common time line.
#[derive(Debug, Serialize)]
pub(crate) struct EndedCall<'a> {
    /// Number of the call on its connection.
    number: u64,
    operation: &'a str,
    /// Name under which the call is grouped with calls of the same kind, such as `GET /v1/books/{}`.
    kind: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    began: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<u64>,
    ended: u64,
    to_server: u64,
    to_client: u64,
}

impl<'a> EndedCall<'a> {
    /// Returns the call that ended with an event at the time `at` on the time line, and `t` in its recording.
    pub(crate) fn new(call: &'a Call, at: u64, t: u64) -> Self {
        let place = |time: u64| at.saturating_sub(t.saturating_sub(time));
        Self {
            number: call.number,
            operation: &call.operation,
            kind: operation_name(&call.operation),
            status: call.status.as_deref(),
            began: place(call.began),
            answered: call.answered.map(place),
            ended: place(call.ended),
            to_server: call.to_server.total(),
            to_client: call.to_client.total(),
        }
    }
}

impl<'a> AddedFields<'a> {
    /// Returns the added fields of an event if a single recording is shown.
    fn single(annotated: &'a AnnotatedEvent) -> Self {
        let packet = annotated.packet;
        Self {
            packet: packet.map(|packet| packet.number),
            repeats: packet.and_then(|packet| packet.repeats),
            spurious: packet.is_some_and(|packet| packet.is_spurious),
            carried: &annotated.parts,
            ..Self::default()
        }
    }

    /// Returns the added fields of an event if several recordings are shown.
    pub(crate) fn labelled(recordings: &'a [Recording], annotated: &'a AnnotatedEvent) -> Self {
        Self {
            recording: recordings.get(annotated.timed.recording).map(|recording| recording.label.as_str()),
            at: Some(annotated.timed.at),
            connection: annotated.connection.as_ref().map(|connection| connection.number),
            ..Self::single(annotated)
        }
    }

    /// Writes the event with its fields in the trace and the added fields, as one line of JSON.
    pub(crate) fn write(&self, event: &Event, out: &mut impl Write) -> io::Result<()> {
        let (mut line, added) = (Vec::new(), serde_json::to_vec(self)?);
        write_event(&mut line, event)?;
        // Join the fields of both objects.
        out.write_all(line.strip_suffix(b"}\n").unwrap_or_default())?;
        out.write_all(if added == b"{}" { b"" } else { b"," })?;
        out.write_all(added.strip_prefix(b"{").unwrap_or_default())?;
        out.write_all(b"\n")
    }
}

/// Writes the event with the added fields, as one line of JSON. `why` explains the end of its connection.
///
/// # Errors
/// `out` cannot be written.
pub fn event(
    annotated: &AnnotatedEvent,
    why: Option<ShortExplanation>,
    recordings: &[Recording],
    delimiters: &mut Delimiters,
    out: &mut impl Write,
) -> io::Result<()> {
    delimiters.before_object(out)?;
    let added = match recordings {
        [_, _, ..] => AddedFields::labelled(recordings, annotated),
        _ => AddedFields::single(annotated),
    };
    let added = AddedFields { why, ..added };
    added.write(&annotated.timed.event, &mut EscapedJson(out))
}
