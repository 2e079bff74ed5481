//! Numbers the packets of each connection, and finds for each repetition the packet that it repeats.

use std::collections::{HashMap, VecDeque};

use socket_tap::event::{Fate, Packet, TcpFlags};

use super::connections::{Connection, is_same};

/// Maximum number of connections whose packets are kept. The least recently used one is dropped first.
const MAX_CONNECTIONS: usize = 1_024;

/// Maximum number of packets that are kept of each direction. It is more than a congestion window of 8 MB.
const MAX_PACKETS: usize = 8_192;

/// Number of acknowledged packets that are kept. A retransmission and the acknowledgment that makes it unnecessary can
/// cross.
const ACKNOWLEDGED: usize = 64;

/// Maximum number of bytes of an IP packet. A trace that names more is wrong.
const MAX_PACKET_BYTES: u32 = 65_535;

/// A packet among those of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedPacket {
    /// Number of the packet on its connection, from 1. Packets are numbered in the order in which they were sent.
    pub number: u64,
    /// Number of the last earlier packet with the first sequence number of this one, if this one is a retransmission, or
    /// a copy that the network made.
    pub repeats: Option<u64>,
    /// `true` if the retransmission was not needed: all its sequence numbers were still on their way to the receiver, or
    /// the receiver had acknowledged them. It is then caused by a long delay or by a lost acknowledgment. (RFC 3522 calls
    /// this a spurious retransmission.)
    pub is_spurious: bool,
}

/// Numbers the packets of connections. Packets must be passed in the order of their time.
#[derive(Debug, Default)]
pub(super) struct PacketNumbers {
    connections: HashMap<u64, Conversation>,
    /// Number of all packets.
    observed: u64,
}

/// The packets of one connection.
#[derive(Debug, Default)]
struct Conversation {
    count: u64,
    /// Number of its last packet among those of all connections.
    last: u64,
    to_server: Direction,
    to_client: Direction,
}

/// The packets of one direction of a connection.
#[derive(Debug, Default)]
struct Direction {
    sent: VecDeque<Sent>,
    /// The first sequence number that the receiver has not acknowledged.
    acknowledged: Option<u32>,
}

/// A packet that occupied sequence numbers.
#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u64,
    span: Span,
    /// Time of its arrival. `None` if unknown or dropped.
    arrived: Option<u64>,
    /// `true` if the receiver has acknowledged it selectively.
    is_sacked: bool,
}

/// The sequence numbers that a segment occupies: those of its payload, SYN and FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    first: u32,
    length: u32,
}

impl PacketNumbers {
    /// Numbers a packet of a connection. `t` is the time at which it was sent.
    pub(super) fn observe(&mut self, connection: &Connection, packet: &Packet, t: u64) -> NumberedPacket {
        let is_to_server = connection.local.as_ref().is_some_and(|client| is_same(&packet.from, client));
        self.observed += 1;
        let conversation = self.connections.entry(connection.number).or_default();
        conversation.last = self.observed;
        let numbered = conversation.observe(is_to_server, packet, t);
        self.drop_least_recent();
        numbered
    }

    /// Drops the connection whose last packet is the oldest, if there are too many.
    fn drop_least_recent(&mut self) {
        if self.connections.len() > MAX_CONNECTIONS {
            let oldest = self.connections.iter().min_by_key(|(_, conversation)| conversation.last);
            if let Some(number) = oldest.map(|(number, _)| *number) {
                self.connections.remove(&number);
            }
        }
    }
}

impl Conversation {
    fn observe(&mut self, is_to_server: bool, packet: &Packet, t: u64) -> NumberedPacket {
        self.count += 1;
        let number = self.count;
        let (own, other) = if is_to_server {
            (&mut self.to_server, &mut self.to_client)
        } else {
            (&mut self.to_client, &mut self.to_server)
        };
        other.acknowledge(packet);
        let none = NumberedPacket { number, repeats: None, is_spurious: false };
        let Some(span) = Span::of(packet) else { return none };
        let is_copy = packet.fate == Some(Fate::Duplicated);
        let is_retransmission = packet.retransmission == Some(true) && !is_copy;
        let numbered = NumberedPacket {
            repeats: (is_copy || is_retransmission).then(|| own.last_with(span.first)).flatten(),
            is_spurious: is_retransmission && own.has_reached(span, t),
            ..none
        };
        if !is_copy {
            own.add(Sent { number, span, arrived: packet.arrived, is_sacked: false });
        }
        numbered
    }
}

impl Direction {
    fn add(&mut self, sent: Sent) {
        self.sent.push_back(sent);
        if self.sent.len() > MAX_PACKETS {
            self.sent.pop_front();
        }
    }

    /// Processes the acknowledgment in a packet of the receiver, and drops old packets. A lost acknowledgment counts, too:
    /// its sender had received what it acknowledges.
    fn acknowledge(&mut self, packet: &Packet) {
        let Some(segment) = &packet.segment else { return };
        let Some(ack) = segment.ack else { return };
        if self.acknowledged.is_none_or(|acknowledged| is_before(acknowledged, ack)) {
            self.acknowledged = Some(ack);
        }
        for (left, right) in &segment.sack {
            let is_within =
                |sent: &Sent| !is_before(sent.span.first, *left) && !is_before(*right, sent.span.end());
            self.sent.iter_mut().filter(|sent| is_within(sent)).for_each(|sent| sent.is_sacked = true);
        }
        while self.sent.len() > ACKNOWLEDGED
            && self.sent.front().is_some_and(|sent| self.is_acknowledged(sent.span))
        {
            self.sent.pop_front();
        }
    }

    fn is_acknowledged(&self, span: Span) -> bool {
        self.acknowledged.is_some_and(|acknowledged| !is_before(acknowledged, span.end()))
    }

    /// Returns the number of the last packet that had this sequence number.
    fn last_with(&self, number: u32) -> Option<u64> {
        self.sent.iter().rev().find(|sent| sent.span.contains(number)).map(|sent| sent.number)
    }

    /// Returns `true` if each of the sequence numbers is on its way to the receiver at the time `t`, or acknowledged.
    fn has_reached(&self, span: Span, t: u64) -> bool {
        let on_its_way = |sent: &&Sent| sent.is_sacked || sent.arrived.is_some_and(|arrived| arrived > t);
        let mut next = match self.acknowledged {
            _ if self.is_acknowledged(span) => return true,
            Some(acknowledged) if is_before(span.first, acknowledged) => acknowledged,
            _ => span.first,
        };
        // Sequence numbers wrap around, so the loop counts the numbers that are left.
        let mut left = span.end().wrapping_sub(next);
        while left > 0 {
            match self.sent.iter().filter(on_its_way).find(|sent| sent.span.contains(next)) {
                Some(sent) => {
                    left = left.saturating_sub(sent.span.end().wrapping_sub(next));
                    next = sent.span.end();
                }
                None => return false,
            }
        }
        true
    }
}

impl Span {
    /// Returns `None` if the packet occupies no sequence numbers, or claims more bytes than a packet can have.
    fn of(packet: &Packet) -> Option<Self> {
        let segment = packet.segment.as_ref()?;
        let flags = [TcpFlags::SYN, TcpFlags::FIN].into_iter().filter(|flag| segment.flags.contains(*flag));
        let bytes = u32::try_from(packet.bytes).ok().filter(|bytes| *bytes <= MAX_PACKET_BYTES)?;
        let length = bytes.checked_add(u32::try_from(flags.count()).ok()?)?;
        (length > 0).then_some(Self { first: segment.seq, length })
    }

    /// Returns the sequence number after the last one.
    fn end(self) -> u32 {
        self.first.wrapping_add(self.length)
    }

    fn contains(self, number: u32) -> bool {
        number.wrapping_sub(self.first) < self.length
    }
}

/// Compares sequence numbers, which wrap around (RFC 9293, section 3.4).
fn is_before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b).cast_signed()) < 0
}

#[cfg(test)]
#[path = "packets_tests.rs"]
mod tests;
