//! Detects retransmissions: TCP segments whose sequence numbers were sent before.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::event::TcpFlags;

use super::Packet;

/// Maximum number of flows with packets since the others were forgotten. As many more are kept that had none since then.
const MAX_RECENT: usize = 4_096;

/// Maximum number of gaps of a flow. Beyond it, the two lowest are joined.
const MAX_GAPS: usize = 64;

/// Number of sequence numbers before the first observed one that are unknown in a flow without a SYN: a quarter of all.
const UNKNOWN_BEFORE: u32 = 1 << 30;

/// A detector of TCP retransmissions. Packets must be passed in the order in which they were sent.
///
/// ```
/// use wire::packet::{Packet, Retransmissions};
///
/// # let bytes = [69, 0, 0, 41, 0, 0, 0, 0, 64, 6, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2, 156, 64, 11, 184, 0, 0, 0, 1, 0, 0,
/// #     0, 1, 80, 16, 1, 0, 0, 0, 0, 0, 7];
/// let segment = Packet::parse(&bytes)?;
/// let mut retransmissions = Retransmissions::default();
/// assert!(!retransmissions.observe(&segment));
/// assert!(retransmissions.observe(&segment));
/// # Ok::<(), wire::packet::Unparsed>(())
/// ```
#[derive(Debug, Default)]
pub struct Retransmissions {
    /// The TCP flows with recent packets, each in one direction.
    recent: HashMap<Sockets, Flow>,
    /// The flows without recent packets. They are forgotten when there are too many recent ones.
    older: HashMap<Sockets, Flow>,
}

/// Addresses of the sender and of the receiver.
type Sockets = (SocketAddr, SocketAddr);

#[derive(Clone, Debug)]
struct Flow {
    /// First sequence number that was never observed.
    next: u32,
    /// Sequence number of the last SYN.
    syn: Option<u32>,
    /// Sequence numbers before `next` that were not observed, in their order.
    gaps: Vec<Gap>,
}

/// Sequence numbers that were not observed, although later ones were: the packet was lost before it came here, or it is
/// late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    start: u32,
    end: u32,
    /// Timestamp of the first observed packet after the gap.
    timestamp: Option<u32>,
}

/// The sequence numbers of a segment, and its timestamp.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    timestamp: Option<u32>,
}

impl Retransmissions {
    /// Adds a packet. Returns `true` if it is a TCP segment with sequence numbers that its sender has sent before, in full or
    /// in part: an earlier packet had them, or the timestamps (RFC 7323) show that a later part of the data was sent first.
    ///
    /// Returns `false` if that is unknown, for example because the first packet was lost before it could be observed.
    pub fn observe(&mut self, packet: &Packet) -> bool {
        let (Some(tcp), Some(sockets)) = (packet.tcp(), packet.sockets()) else { return false };
        let start = tcp.segment.seq;
        let end = start.wrapping_add(tcp.sequence_length());
        let span = Span { start, end, timestamp: tcp.segment.timestamps.map(|(value, _)| value) };
        let syn = tcp.has(TcpFlags::SYN).then_some(start);
        let Some(flow) = self.flow(sockets) else {
            self.insert(sockets, Flow::new(span, syn));
            return false;
        };
        // A SYN with another number opens a new connection between the same ports.
        if syn.is_some() && syn != flow.syn {
            *flow = Flow::new(span, syn);
            return false;
        }
        start != end && flow.observe(span)
    }

    fn flow(&mut self, sockets: Sockets) -> Option<&mut Flow> {
        if let Some(flow) = self.older.remove(&sockets) {
            self.insert(sockets, flow);
        }
        self.recent.get_mut(&sockets)
    }

    fn insert(&mut self, sockets: Sockets, flow: Flow) {
        if self.recent.len() >= MAX_RECENT {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(sockets, flow);
    }
}

impl Flow {
    fn new(span: Span, syn: Option<u32>) -> Self {
        let mut flow = Self { next: span.end, syn, gaps: Vec::new() };
        if syn.is_none() {
            let start = span.start.wrapping_sub(UNKNOWN_BEFORE);
            flow.gaps.push(Gap { start, end: span.start, timestamp: span.timestamp });
        }
        flow
    }

    /// Adds a segment that has sequence numbers. Returns `true` if it is a retransmission.
    fn observe(&mut self, span: Span) -> bool {
        if !is_before(span.start, self.next) {
            if span.start != self.next {
                self.gaps.push(Gap { start: self.next, end: span.start, timestamp: span.timestamp });
                self.join_gaps();
            }
            self.next = span.end;
            // Beyond half of all numbers, the numbers of a gap would look like later ones.
            let next = self.next;
            if self.gaps.first().is_some_and(|gap| next.wrapping_sub(gap.end) > UNKNOWN_BEFORE) {
                self.gaps.remove(0);
            }
            return false;
        }
        let is_retransmission = self.fill(span);
        if is_before(self.next, span.end) {
            self.next = span.end;
        }
        is_retransmission
    }

    /// Removes the segment's sequence numbers from the gaps. Returns `true` if some are not in a gap, or if the segment was
    /// sent after the data that follows the gap.
    fn fill(&mut self, span: Span) -> bool {
        let is_in = |gap: &Gap| !is_before(span.start, gap.start) && !is_before(gap.end, span.end);
        let whole = self.gaps.iter().find(|gap| is_in(gap)).copied();
        // The gaps that remain are rarely more than those before.
        let mut gaps = Vec::with_capacity(self.gaps.len());
        for gap in &self.gaps {
            if !is_before(span.start, gap.end) || !is_before(gap.start, span.end) {
                gaps.push(*gap);
                continue;
            }
            if is_before(gap.start, span.start) {
                // The segment is the first observed packet after what remains.
                gaps.push(Gap { end: span.start, timestamp: span.timestamp, ..*gap });
            }
            if is_before(span.end, gap.end) {
                gaps.push(Gap { start: span.end, ..*gap });
            }
        }
        self.gaps = gaps;
        self.join_gaps();
        match whole {
            None => true,
            Some(gap) => gap.timestamp.zip(span.timestamp).is_some_and(|(after, own)| is_before(after, own)),
        }
    }

    /// Limits the number of gaps. What lies between two gaps then counts as not observed.
    fn join_gaps(&mut self) {
        if self.gaps.len() > MAX_GAPS {
            let first = self.gaps.remove(0);
            if let Some(second) = self.gaps.first_mut() {
                second.start = first.start;
            }
        }
    }
}

/// Compares sequence numbers, which wrap around (RFC 9293, section 3.4).
fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}

#[cfg(test)]
#[path = "retransmissions_tests.rs"]
mod tests;
