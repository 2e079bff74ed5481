//! Finds bursts of tiny writes.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId, Transfer};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "tiny-write-storm",
    title: "a burst of tiny writes that a single write could have sent",
    when: "Reported for 16 or more consecutive writes on one connection, each of at most 32 bytes and within 0.2 \
           ms of the one before, without a read in between. Messages further apart, such as events, are not \
           reported.",
    cause: "Each write is a system call and, with TCP_NODELAY, a packet of its own: at least 40 bytes of headers \
            for a few bytes of payload. The usual cause is a serializer or write! that writes directly to the \
            socket, one fragment at a time.",
    cure: "Buffer the message: build it in a Vec or BytesMut and send that, or wrap the stream in \
           tokio::io::BufWriter and flush it at the end of the message. To send several existing buffers, use \
           write_vectored.",
    requires: Requirement::EveryEvent,
};

/// Maximum number of bytes in a tiny write.
const TINY: u64 = 32;

/// Minimum number of writes in a burst.
const MANY: u64 = 16;

/// Maximum time in nanoseconds between two writes of a burst. After a longer time, the second write may
/// contain data that did not exist at the first write.
const AT_ONCE: u64 = 200_000;

#[derive(Debug, Default)]
pub(super) struct TinyWrites {
    bursts: HashMap<SockId, Burst>,
    storms: Tally,
    writes: u64,
    bytes: u64,
}

/// Consecutive tiny writes on one connection.
#[derive(Debug)]
struct Burst {
    first: Quote,
    second: Option<Quote>,
    last: Quote,
    writes: u64,
    bytes: u64,
}

impl Rule for TinyWrites {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(sock) = seen.tcp_connection().map(|connection| connection.sock) else { return };
        match &seen.event.op {
            Op::Write(write) if seen.succeeded() && (1..=TINY).contains(&write.bytes) => {
                self.wrote(seen, sock, write);
            }
            Op::Read(_) | Op::Write(_) | Op::Shutdown | Op::Close(_) | Op::Release(_) => {
                self.end_burst(sock);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let mut open: Vec<SockId> = self.bursts.keys().copied().collect();
        open.sort_unstable();
        for sock in open {
            self.end_burst(sock);
        }
        let bursts = match self.storms.count {
            1 => "in one burst".to_owned(),
            bursts => format!("in {bursts} bursts"),
        };
        let mean = (self.bytes + self.writes / 2).checked_div(self.writes).unwrap_or(0);
        let what = format!(
            "{writes} with {bytes} in total, {bursts}: {mean} of payload per write.",
            writes = plural(self.writes, "write"),
            bytes = plural(self.bytes, "byte"),
            mean = plural(mean, "byte"),
        );
        std::mem::take(&mut self.storms).finding(INFO.name, what).into_iter().collect()
    }
}

impl TinyWrites {
    fn wrote(&mut self, seen: &ObservedEvent<'_>, sock: SockId, write: &Transfer) {
        let quote = Quote::new(seen.line, seen.event);
        if let Some(burst) = self.bursts.get_mut(&sock)
            && seen.event.t.saturating_sub(burst.last.event.t) <= AT_ONCE
        {
            burst.writes += 1;
            burst.bytes += write.bytes;
            burst.second.get_or_insert_with(|| quote.clone());
            burst.last = quote;
            return;
        }
        self.end_burst(sock);
        let burst = Burst { first: quote.clone(), second: None, last: quote, writes: 1, bytes: write.bytes };
        self.bursts.insert(sock, burst);
    }

    fn end_burst(&mut self, sock: SockId) {
        let Some(Burst { first, second, last, writes, bytes }) = self.bursts.remove(&sock) else { return };
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
