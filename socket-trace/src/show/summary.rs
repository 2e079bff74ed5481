//! One line per connection: peer, duration and byte breakdown.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;
use socket_tap::close::EndedBy;
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::text::{printable, seconds};

use crate::timeline::AnnotatedEvent;
use crate::timeline::Timeline;
use crate::timeline::connections::Socket;
use crate::units::milliseconds;
use socket_dissect::Class;

/// Classes of bytes, in the order of the columns.
const CLASSES: [(Class, &str); 5] = [
    (Class::Connection, "connection"),
    (Class::Framing, "framing"),
    (Class::Headers, "headers"),
    (Class::Payload, "payload"),
    (Class::Unknown, "unknown"),
];

/// One end of a connection, summed over the events that pass the filter.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Label of its recording, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Number of its connection, if there are several recordings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// Number of the socket in its recording.
    pub sock: SockId,
    /// Address of the peer; `None` if it has none, or if the opening of the connection was not recorded.
    pub peer: Option<String>,
    /// Time of the first event, in nanoseconds on the time line.
    pub began: u64,
    /// Time of the last event.
    pub ended: u64,
    /// Bytes received.
    pub rx: u64,
    /// Bytes sent.
    pub tx: u64,
    /// Number of requests on the connection.
    pub calls: u64,
    /// Byte breakdown of both directions.
    pub bytes: BTreeMap<Class, u64>,
    /// The side or failure that ended the connection; `None` while it is open.
    pub ended_by: Option<&'static str>,
    #[serde(skip)]
    first_call: Option<u64>,
}

/// Rows of the open connections.
#[derive(Debug)]
pub struct Summary {
    open: HashMap<Socket, Row>,
    /// Labels of the recordings; empty if there is only one.
    labels: Vec<String>,
    has_payload: bool,
}

impl Summary {
    /// Creates an empty summary for the connections of `timeline`.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Self {
        let recordings = timeline.recordings();
        let labels: Vec<String> = recordings.iter().map(|recording| printable(&recording.label)).collect();
        let has_payload = recordings.iter().any(|recording| recording.header.capture > 0);
        Self { open: HashMap::new(), labels: if labels.len() > 1 { labels } else { Vec::new() }, has_payload }
    }

    /// Processes an event, and returns the row of the connection that it ends.
    pub fn event(&mut self, annotated: &AnnotatedEvent, shown: bool) -> Option<Row> {
        let event = &annotated.timed.event;
        let socket = Socket { recording: annotated.timed.recording, sock: event.sock? };
        if shown && (annotated.connection.is_some() || transferred(event).is_some()) {
            let row = self.open.entry(socket).or_insert_with(|| {
                let recording = self.labels.get(socket.recording).cloned();
                Row::new(recording, socket.sock, annotated.timed.at)
            });
            row.observe(annotated, self.labels.is_empty());
        }
        match event.op {
            Op::Close(_) | Op::Release(_) => self.open.remove(&socket),
            _ => None,
        }
    }

    /// Returns the rows of the connections still open, oldest first.
    #[must_use]
    pub fn remaining(&mut self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.open.drain().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| (row.began, row.sock));
        rows
    }

    /// Writes the column headings.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn heading(&self, out: &mut impl Write) -> io::Result<()> {
        let mut columns = self.identity_columns("", "", "sock");
        columns +=
            &format!(" {PEER:<22} {:>10} {:>12} {:>10} {:>10}", "began", "lived", "in", "out", PEER = "peer");
        if self.has_payload {
            columns += &format!(" {:>6}", "calls");
            for (_, name) in CLASSES {
                columns += &format!(" {name:>10}");
            }
        }
        writeln!(out, "{columns}   ended by")
    }

    /// Writes a row as a line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn line(&self, row: &Row, out: &mut impl Write) -> io::Result<()> {
        let connection = row.connection.map(|number| format!("c{number}")).unwrap_or_default();
        let mut line = self.identity_columns(
            row.recording.as_deref().unwrap_or_default(),
            &connection,
            &format!("#{}", row.sock),
        );
        let peer = row.peer.as_deref().map_or_else(|| "?".to_owned(), printable);
        let age = milliseconds(row.ended.saturating_sub(row.began));
        line += &format!(" {peer:<22} {:>10} {age:>12} {:>10} {:>10}", seconds(row.began), row.rx, row.tx);
        if self.has_payload {
            line += &format!(" {:>6}", row.calls);
            for (class, _) in CLASSES {
                line += &format!(" {:>10}", row.bytes.get(&class).copied().unwrap_or(0));
            }
        }
        let ended_by = row.ended_by.unwrap_or("(open)");
        // TLS has no column: the heading is written before the traffic is known.
        match row.bytes.get(&Class::Tls) {
            Some(bytes) => writeln!(out, "{line}   {ended_by}, TLS {bytes}"),
            None => writeln!(out, "{line}   {ended_by}"),
        }
    }

    fn identity_columns(&self, label: &str, connection: &str, sock: &str) -> String {
        match self.labels.iter().map(|label| label.chars().count()).max() {
            Some(width) => format!("{label:<width$} {connection:>5} {sock:>5}"),
            None => format!("{sock:>5}"),
        }
    }
}

impl Row {
    fn new(recording: Option<String>, sock: SockId, began: u64) -> Self {
        Self {
            recording,
            connection: None,
            sock,
            peer: None,
            began,
            ended: began,
            rx: 0,
            tx: 0,
            calls: 0,
            bytes: BTreeMap::new(),
            ended_by: None,
            first_call: None,
        }
    }

    fn observe(&mut self, annotated: &AnnotatedEvent, is_single: bool) {
        let event = &annotated.timed.event;
        self.ended = annotated.timed.at;
        if let Some(connection) = &annotated.connection {
            self.connection = (!is_single).then_some(connection.number);
            self.peer = connection.peer.as_ref().map(ToString::to_string);
        }
        if let Some((received, bytes)) = transferred(event) {
            let sum = if received { &mut self.rx } else { &mut self.tx };
            *sum = sum.saturating_add(bytes);
        }
        for part in &annotated.parts {
            let sum = self.bytes.entry(part.class).or_default();
            *sum = sum.saturating_add(part.bytes);
            if let Some(call) = part.call {
                let first = *self.first_call.get_or_insert(call);
                self.calls = self.calls.max(call.saturating_sub(first).saturating_add(1));
            }
        }
        if let Op::Close(close) = &event.op {
            self.ended_by = Some(match close.ended_by {
                Some(EndedBy::Peer) => "the peer",
                Some(EndedBy::Local) | None => "us",
                Some(EndedBy::Reset) => "a reset",
                Some(EndedBy::Error) => "an error",
                Some(other) => other.name(),
            });
        }
    }
}

/// Returns the bytes that the event transferred, with `true` for received ones.
fn transferred(event: &Event) -> Option<(bool, u64)> {
    match &event.op {
        _ if event.error.is_some() => None,
        Op::Read(transfer) => Some((true, transfer.bytes)),
        Op::Write(transfer) => Some((false, transfer.bytes)),
        Op::RecvFrom(datagram) => Some((true, datagram.bytes)),
        Op::SendTo(datagram) => Some((false, datagram.bytes)),
        _ => None,
    }
}
