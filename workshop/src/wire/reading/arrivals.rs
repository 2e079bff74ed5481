//! Tells which packets can cause others, and follows retransmissions to their first transmission.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::event::TcpFlags;

use super::chain::Chain;
use super::recording::SeenPacket;

/// The TCP connections and directions in which packets have arrived.
#[derive(Debug, Default)]
pub(super) struct Arrivals(HashMap<(SocketAddr, bool), Direction>);

/// One direction of a TCP connection.
#[derive(Debug, Default)]
struct Direction {
    /// First sequence number that the receiver has not got, if a packet has arrived.
    next: Option<u32>,
    /// Data that arrived before a hole was filled, with the chain that ends with it.
    waiting: Vec<(Span, Chain)>,
    /// Highest acknowledgment number that has arrived.
    acknowledged: Option<u32>,
    /// Data that was sent, with the chain before it.
    sent: Vec<(Span, Chain)>,
}

/// The sequence numbers from the first to the second, exclusive.
#[derive(Clone, Copy, Debug)]
struct Span(u32, u32);

impl Arrivals {
    /// Returns the chain before a packet that is sent. `now` is the longest chain that has arrived at its sender. A
    /// retransmission was not caused by what arrived since its first transmission: its sender was waiting for an
    /// acknowledgment.
    pub(super) fn chain_before(&mut self, packet: &SeenPacket, now: Chain) -> Chain {
        let Some(span) = Span::of(packet) else { return now };
        let sent = &mut self.direction(packet).sent;
        if packet.is_retransmission {
            let first = sent.iter().find(|(sent, _)| sent.contains(span.0));
            return first.map(|(_, chain)| *chain).unwrap_or_default();
        }
        sent.push((span, now));
        now
    }

    /// Returns the longest chain that an arrival completes. `None` if it changes nothing for the receiver's program and
    /// lets its kernel send nothing new: repeated data, data after a hole, and repeated acknowledgments.
    pub(super) fn arrive(&mut self, packet: &SeenPacket, chain: Chain) -> Option<Chain> {
        let Some(segment) = &packet.segment else { return Some(chain) };
        let direction = self.direction(packet);
        let is_new_ack = segment.ack.is_some_and(|ack| {
            let is_new = direction.acknowledged.is_none_or(|known| is_before(known, ack));
            if is_new {
                direction.acknowledged = Some(ack);
            }
            is_new
        });
        let of_data = Span::of(packet).and_then(|span| direction.receive(span, chain));
        of_data.or(is_new_ack.then_some(chain))
    }

    fn direction(&mut self, packet: &SeenPacket) -> &mut Direction {
        self.0.entry((packet.client, packet.to_server)).or_default()
    }
}

impl Direction {
    /// Returns the longest chain of the data that the receiver can read now. `None` if there is no new data to read.
    fn receive(&mut self, span: Span, chain: Chain) -> Option<Chain> {
        let next = self.next.get_or_insert(span.0);
        if !is_before(*next, span.1) {
            return None;
        }
        if is_before(*next, span.0) {
            self.waiting.push((span, chain));
            return None;
        }
        *next = span.1;
        let mut longest = chain;
        while let Some(index) = self.waiting.iter().position(|(waiting, _)| !is_before(*next, waiting.0)) {
            let (waiting, chain) = self.waiting.swap_remove(index);
            if is_before(*next, waiting.1) {
                *next = waiting.1;
            }
            if chain.packets > longest.packets {
                longest = chain;
            }
        }
        Some(longest)
    }
}

impl Span {
    /// Returns the sequence numbers of the packet's payload, SYN and FIN. `None` if it has none.
    fn of(packet: &SeenPacket) -> Option<Self> {
        let segment = packet.segment.as_ref()?;
        let flags = [TcpFlags::SYN, TcpFlags::FIN].into_iter().filter(|flag| segment.flags.contains(*flag));
        let length = u32::try_from(packet.payload).ok()?.checked_add(u32::try_from(flags.count()).ok()?)?;
        (length > 0).then(|| Self(segment.seq, segment.seq.wrapping_add(length)))
    }

    fn contains(self, number: u32) -> bool {
        !is_before(number, self.0) && is_before(number, self.1)
    }
}

/// Compares sequence numbers, which wrap around (RFC 9293, section 3.4).
fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}
