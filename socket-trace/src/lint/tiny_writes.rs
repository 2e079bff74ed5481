//! Many writes of a few bytes, one behind the other.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId, Transfer};

use super::finding::{Example, Finding, Quote, Tally, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};

static ABOUT: About = About {
    name: "tiny-write-storm",
    title: "many writes of a few bytes in a row that one write would have carried",
    when: "16 or more writes in a row on one connection, each of at most 32 bytes and within 0.2 ms of the one before, \
           with nothing read in between. Messages that come apart in time, such as events, are left alone.",
    cause: "Each write is a system call, and with TCP_NODELAY a packet of its own: 40 bytes and more of headers for a \
            few of payload. The usual reason is a serializer or write! that stands on the socket itself and writes \
            each piece as it comes.",
    cure: "Put a buffer in between: write the message to a Vec or BytesMut and send that, or wrap the stream in \
           tokio::io::BufWriter and flush it at the end of the message. Pieces that exist already go out together with \
           write_vectored.",
    needs: Needs::EveryEvent,
};

/// A write of a few bytes has at most so many.
const TINY: u64 = 32;

/// How many in a row.
const MANY: u64 = 16;

/// What comes later than this after the write before was perhaps not there yet to be sent with it. In nanoseconds.
const AT_ONCE: u64 = 200_000;

#[derive(Debug, Default)]
pub(super) struct TinyWrites {
    rows: HashMap<SockId, Row>,
    storms: Tally,
    writes: u64,
    bytes: u64,
}

/// Tiny writes of one connection, in a row.
#[derive(Debug)]
struct Row {
    first: Quote,
    second: Option<Quote>,
    last: Quote,
    writes: u64,
    bytes: u64,
}

impl Rule for TinyWrites {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let Some(sock) = seen.tcp_connection().map(|connection| connection.sock) else { return };
        match &seen.event.op {
            Op::Write(write) if seen.succeeded() && (1..=TINY).contains(&write.bytes) => {
                self.wrote(seen, sock, write);
            }
            Op::Read(_) | Op::Write(_) | Op::Shutdown | Op::Close(_) | Op::Release(_) => {
                self.end_row(sock);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let mut open: Vec<SockId> = self.rows.keys().copied().collect();
        open.sort_unstable();
        for sock in open {
            self.end_row(sock);
        }
        let rows = match self.storms.count {
            1 => "in one row".to_owned(),
            rows => format!("in {rows} rows"),
        };
        let a_write = (self.bytes + self.writes / 2).checked_div(self.writes).unwrap_or(0);
        let what = format!(
            "{} with {} in all, {rows}: {} of payload a write.",
            plural(self.writes, "write"),
            plural(self.bytes, "byte"),
            plural(a_write, "byte"),
        );
        std::mem::take(&mut self.storms).finding(ABOUT.name, what).into_iter().collect()
    }
}

impl TinyWrites {
    fn wrote(&mut self, seen: &Seen<'_>, sock: SockId, write: &Transfer) {
        let quote = Quote::new(seen.line, seen.event);
        if let Some(row) = self.rows.get_mut(&sock)
            && seen.event.t.saturating_sub(row.last.event.t) <= AT_ONCE
        {
            row.writes += 1;
            row.bytes += write.bytes;
            row.second.get_or_insert_with(|| quote.clone());
            row.last = quote;
            return;
        }
        self.end_row(sock);
        let row = Row { first: quote.clone(), second: None, last: quote, writes: 1, bytes: write.bytes };
        self.rows.insert(sock, row);
    }

    fn end_row(&mut self, sock: SockId) {
        let Some(Row { first, second, last, writes, bytes }) = self.rows.remove(&sock) else { return };
        if writes < MANY {
            return;
        }
        self.writes += writes;
        self.bytes = self.bytes.saturating_add(bytes);
        self.storms.add(|| Example {
            what: format!("{writes} writes with {bytes} bytes; the first two and the last"),
            lines: [Some(first), second, Some(last)].into_iter().flatten().collect(),
        });
    }
}

#[cfg(test)]
#[path = "tiny_writes_tests.rs"]
mod tests;
