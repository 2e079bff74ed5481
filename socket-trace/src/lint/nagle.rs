//! Small writes that wait for each other: Nagle's algorithm meets delayed acknowledgements.
//!
//! What it looks like is the same on both sides: write, write, and the peer's next data some 40 ms after the first. A
//! peer that takes 40 ms to answer looks like that, too. So the rule asks for more than a pause: that the socket is known
//! to have Nagle's algorithm on, that the second write was small and came before an acknowledgement that is delayed
//! could be there, and that pauses of just that length stand out among the others.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId, Transfer};

use super::finding::{Example, Finding, Quote, Tally, milliseconds, plural};
use super::rule::{About, AtEnd, Needs, Rule, Seen};
use super::socket::Nagle as State;

static ABOUT: About = About {
    name: "small-writes-with-nagle",
    title: "a small write waits some 40 ms for the acknowledgement of the one before it",
    when: "Two or more small writes in a row on a TCP connection that was made in the recording and has no \
           TCP_NODELAY, and then the peer's next data 38 to 60 ms (190 to 230 ms on some systems) after the first of \
           them. Silent when pauses of that length are fewer than a quarter of all longer ones: then the peer is just \
           slow. Silent for adopted sockets, whose options nobody knows.",
    cause: "The first small write leaves at once. By Nagle's algorithm (RFC 896) the second has to wait until the \
            first is acknowledged, to spare the network small packets. But the receiver delays its acknowledgement, in \
            the hope that it can travel with an answer (RFC 9293, 3.8.6.3), and it cannot answer before it has the \
            second write. So both wait, until the receiver's timer runs out: 40 ms on Linux, up to 200 ms elsewhere.",
    cure: "Write once what belongs together: one buffer, a BufWriter that is flushed at the end of a message, or one \
           vectored write (write_vectored). And set TCP_NODELAY, as nearly every server does: \
           TcpStream::set_nodelay(true). axum::serve and the serve_with_incoming of tonic leave it off; TapListener::nodelay(true) sets it. In a client: TcpOptions::new().nodelay(true), for TapConnector::options and \
           TapStream::connect_with.",
    needs: Needs::EveryEvent,
};

/// What fits into one segment on any path: of the least MTU of IPv6, 1280, less the headers.
const SEGMENT: u64 = 1_220;

/// How long an acknowledgement is delayed: on Linux, and on systems that take longer. In nanoseconds.
const DELAYS: [std::ops::RangeInclusive<u64>; 2] = [38_000_000..=60_000_000, 190_000_000..=230_000_000];

/// Of the pauses that are no shorter than a delayed acknowledgement, one in so many must be one, to say that it is.
const ONE_IN: u64 = 4;

#[derive(Debug, Default)]
pub(super) struct Nagle {
    bursts: HashMap<SockId, Burst>,
    stalls: Tally,
    waited: u64,
    /// Sockets that stalled.
    sockets: u64,
    /// Pauses after small writes that were too long to be a delayed acknowledgement.
    slow: u64,
}

/// The writes of a socket since the peer last spoke.
#[derive(Debug, Default)]
struct Burst {
    first: Option<Quote>,
    second: Option<Quote>,
    /// Bytes of all but the first.
    behind: u64,
    /// The socket has stalled before.
    stalled: bool,
}

impl Rule for Nagle {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn observe(&mut self, seen: &Seen<'_>) {
        let Some(socket) = seen.tcp_connection() else { return };
        match &seen.event.op {
            Op::Write(write) if seen.succeeded() && socket.nagle == State::On => self.wrote(seen, write),
            Op::Read(_) if seen.succeeded() => self.answered(seen),
            // A FIN takes along what waits.
            Op::Shutdown | Op::Close(_) | Op::Release(_) => {
                self.bursts.remove(&socket.sock);
            }
            _ => {}
        }
    }

    fn finish(&mut self, _: &AtEnd<'_>) -> Vec<Finding> {
        let stalls = std::mem::take(&mut self.stalls);
        if stalls.count * ONE_IN < stalls.count + self.slow {
            return Vec::new();
        }
        let what = format!(
            "{} on {}, {} in all; TCP_NODELAY is not set there.",
            plural(stalls.count, "pause"),
            plural(self.sockets, "connection"),
            milliseconds(self.waited)
        );
        stalls.finding(ABOUT.name, what).into_iter().collect()
    }
}

impl Nagle {
    fn wrote(&mut self, seen: &Seen<'_>, write: &Transfer) {
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

    fn answered(&mut self, seen: &Seen<'_>) {
        let Some(burst) = seen.event.sock.and_then(|sock| self.bursts.get_mut(&sock)) else { return };
        let behind = std::mem::take(&mut burst.behind);
        let (Some(first), Some(second)) = (burst.first.take(), burst.second.take()) else { return };
        let pause = seen.event.t.saturating_sub(first.event.t);
        let between = second.event.t.saturating_sub(first.event.t);
        // What fills a segment leaves at once, and so does what comes when all before it is acknowledged.
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
            what: format!("{} from the first small write to the peer's next data", milliseconds(pause)),
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
