//! Finds small writes that Nagle's algorithm and a delayed acknowledgement held back.
//!
//! A stall has the same pattern on both endpoints: two writes, and then the peer's next data some 40 ms after
//! the first write. A peer that takes 40 ms to respond causes this pattern, too. So the rule has further
//! conditions: Nagle's algorithm is known to be on, the second write was small and preceded any delayed
//! acknowledgement, and many of the long pauses have this duration.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId, Transfer};

use super::finding::{Example, Finding, Quote, Tally, milliseconds};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Nagle as State;
use crate::units::plural;

static INFO: RuleInfo = RuleInfo {
    name: "small-writes-with-nagle",
    title: "a small write waits some 40 ms for the acknowledgement of the previous one",
    when: "Reported for two or more small writes in a row on a TCP connection that was opened during the recording \
           without TCP_NODELAY, if the peer's next data follows 38 to 60 ms (190 to 230 ms on some systems) after \
           the first write. Not reported if fewer than a quarter of the pauses of 38 ms or longer have such a \
           duration: then the peer is slow. Not reported for adopted sockets, whose options are unknown.",
    cause: "The first small write is sent at once. Nagle's algorithm (RFC 896) holds back the second until the \
            first is acknowledged, to avoid small packets. The receiver delays its acknowledgement in the hope of \
            sending it with a response (RFC 9293, 3.8.6.3), and it cannot respond before it has the second write. \
            Both sides wait until the receiver's timer expires: 40 ms on Linux, up to 200 ms elsewhere.",
    cure: "Send each message in one write: one buffer, a BufWriter that is flushed at the end of a message, or one \
           vectored write (write_vectored). Also set TCP_NODELAY, as nearly every server does: \
           TcpStream::set_nodelay(true). axum::serve and the serve_with_incoming of tonic leave it off; \
           TapListener::nodelay(true) sets it. In a client: TcpOptions::new().nodelay(true), for \
           TapConnector::options and TapStream::connect_with.",
    requires: Requirement::EveryEvent,
};

/// Number of payload bytes that fit into one segment on any path: the minimum IPv6 MTU, 1280, minus the
/// headers.
const SEGMENT: u64 = 1_220;

/// Durations of a delayed acknowledgement in nanoseconds: on Linux, and on systems with a longer delay.
const DELAYS: [std::ops::RangeInclusive<u64>; 2] = [38_000_000..=60_000_000, 190_000_000..=230_000_000];

/// Stalls are reported only if at least one in `ONE_IN` pauses of 38 ms or longer has the duration of a delayed
/// acknowledgement. If fewer have it, the pauses come from a slow peer.
const ONE_IN: u64 = 4;

#[derive(Debug, Default)]
pub(super) struct Nagle {
    bursts: HashMap<SockId, Burst>,
    stalls: Tally,
    waited: u64,
    /// Number of sockets with at least one stall: a pause with the duration of a delayed acknowledgement.
    sockets: u64,
    /// Number of other long pauses: those after a small write that last more than 38 ms, but without the
    /// duration of a delayed acknowledgement.
    slow: u64,
}

/// The writes on a socket since its last read.
#[derive(Debug, Default)]
struct Burst {
    first: Option<Quote>,
    second: Option<Quote>,
    /// Number of bytes written after the first write of the burst.
    behind: u64,
    /// `true` once a stall (a pause with the duration of a delayed acknowledgement) was found on the socket.
    stalled: bool,
}

impl Rule for Nagle {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.tcp_connection() else { return };
        match &seen.event.op {
            Op::Write(write) if seen.succeeded() && socket.nagle == State::On => self.wrote(seen, write),
            Op::Read(_) if seen.succeeded() => self.answered(seen),
            // A FIN is sent together with the data that waits.
            Op::Shutdown | Op::Close(_) | Op::Release(_) => {
                self.bursts.remove(&socket.sock);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let stalls = std::mem::take(&mut self.stalls);
        if stalls.count * ONE_IN < stalls.count + self.slow {
            return Vec::new();
        }
        let what = format!(
            "{pauses} on {connections} without TCP_NODELAY, {waited} in total.",
            pauses = plural(stalls.count, "pause"),
            connections = plural(self.sockets, "connection"),
            waited = milliseconds(self.waited)
        );
        stalls.finding(INFO.name, what).into_iter().collect()
    }
}

impl Nagle {
    fn wrote(&mut self, seen: &ObservedEvent<'_>, write: &Transfer) {
        let Some(sock) = seen.event.sock else { return };
        let burst = self.bursts.entry(sock).or_default();
        if burst.first.is_none() {
            burst.first = Some(Quote::new(seen.line, seen.event));
            return;
        }
        burst.behind = burst.behind.saturating_add(write.bytes);
        if burst.second.is_none() {
            burst.second = Some(Quote::new(seen.line, seen.event));
        }
    }

    fn answered(&mut self, seen: &ObservedEvent<'_>) {
        let Some(burst) = seen.event.sock.and_then(|sock| self.bursts.get_mut(&sock)) else { return };
        let behind = std::mem::take(&mut burst.behind);
        let (Some(first), Some(second)) = (burst.first.take(), burst.second.take()) else { return };
        let pause = seen.event.t.saturating_sub(first.event.t);
        let between = second.event.t.saturating_sub(first.event.t);
        // A full segment is sent at once, and so is a write with no unacknowledged data before it.
        if bytes(&first) >= SEGMENT || behind >= SEGMENT || between >= *DELAYS[0].start() {
            return;
        }
        if !DELAYS.iter().any(|delay| delay.contains(&pause)) {
            self.slow += u64::from(pause > *DELAYS[0].start());
            return;
        }
        self.sockets += u64::from(!burst.stalled);
        burst.stalled = true;
        self.waited = self.waited.saturating_add(pause);
        self.stalls.add(|| Example {
            what: format!(
                "{pause} from the first small write to the peer's next data",
                pause = milliseconds(pause)
            ),
            lines: vec![first, second, Quote::new(seen.line, seen.event)],
        });
    }
}

fn bytes(quote: &Quote) -> u64 {
    match &quote.event.op {
        Op::Write(transfer) => transfer.bytes,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "nagle_tests.rs"]
mod tests;
