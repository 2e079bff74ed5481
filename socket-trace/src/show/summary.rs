//! Writes one line per connection: peer, duration and byte breakdown.

use std::collections::HashMap;
use std::io::{self, Write};

use socket_tap::event::Op;
use socket_tap::format::text::{printable, seconds};

use crate::timeline::AnnotatedEvent;
use crate::timeline::Timeline;
use crate::timeline::connections::Socket;
use crate::units::milliseconds;
use socket_dissect::Class;

pub use row::Row;
use row::transferred;

mod row;

/// The columns for bytes: the class that each column counts, and its heading.
const CLASSES: [(Class, &str); 5] = [
    (Class::Connection, "connection"),
    (Class::Framing, "framing"),
    (Class::Headers, "headers"),
    (Class::Payload, "payload"),
    (Class::Unknown, "unknown"),
];

/// Collects the totals of each connection. Each recorded end of a connection is one row.
#[derive(Debug)]
pub struct Summary {
    open: HashMap<Socket, Row>,
    /// Labels of the recordings; empty if there is only one recording.
    labels: Vec<String>,
    has_payload: bool,
}

impl Summary {
    /// Returns an empty summary of the connections of `timeline`.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Self {
        let recordings = timeline.recordings();
        let labels: Vec<String> = recordings.iter().map(|recording| printable(&recording.label)).collect();
        let has_payload = recordings.iter().any(|recording| recording.header.capture > 0);
        Self { open: HashMap::new(), labels: if labels.len() > 1 { labels } else { Vec::new() }, has_payload }
    }

    /// Processes an event, and counts it if `shown` is `true`. If the event ends a connection, returns the
    /// connection's row.
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

    /// Returns the rows of the connections that are still open, oldest first.
    #[must_use]
    pub fn remaining(&mut self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.open.drain().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| (row.began, row.sock));
        rows
    }

    /// Writes the column headings.
    ///
    /// # Errors
    /// `out` cannot be written.
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

    /// Writes the row of a connection as a line.
    ///
    /// # Errors
    /// `out` cannot be written.
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
