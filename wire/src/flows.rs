//! Detects retransmissions: TCP segments whose sequence numbers were sent before.

use std::collections::HashMap;
use std::net::SocketAddr;

use socket_tap::event::TcpFlags;

use crate::packet::Packet;

/// Maximum number of flows. Beyond it, the one whose last packet is the oldest is forgotten.
const MOST: usize = 4_096;

/// The TCP flows of one direction, with the sequence number that each would send next.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    flows: HashMap<(SocketAddr, SocketAddr), Flow>,
    packets: u64,
}

#[derive(Clone, Copy, Debug)]
struct Flow {
    /// First sequence number that was never sent.
    next: u32,
    /// Sequence number of the last SYN.
    syn: Option<u32>,
    /// Number of the flow's last packet.
    last: u64,
}

impl Flows {
    /// Adds a packet and returns `true` if it is a TCP segment that repeats sequence numbers of an earlier one, in full or
    /// in part.
    pub(crate) fn is_retransmission(&mut self, packet: &Packet) -> bool {
        let (Some(tcp), Some(sockets)) = (packet.tcp(), packet.sockets()) else { return false };
        self.packets += 1;
        let (start, length) = (tcp.segment.seq, tcp.sequence_length());
        let end = start.wrapping_add(length);
        let syn = tcp.has(TcpFlags::SYN).then_some(start);
        let new = Flow { next: end, syn, last: self.packets };
        let Some(flow) = self.flows.get_mut(&sockets) else {
            self.insert(sockets, new);
            return false;
        };
        flow.last = self.packets;
        // A SYN with another number opens a new connection between the same ports.
        if syn.is_some() && syn != flow.syn {
            *flow = new;
            return false;
        }
        let is_repeated = length > 0 && is_before(start, flow.next);
        if is_before(flow.next, end) {
            flow.next = end;
        }
        is_repeated
    }

    fn insert(&mut self, sockets: (SocketAddr, SocketAddr), flow: Flow) {
        if self.flows.len() >= MOST {
            let oldest = self.flows.iter().min_by_key(|(_, flow)| flow.last).map(|(sockets, _)| *sockets);
            oldest.and_then(|sockets| self.flows.remove(&sockets));
        }
        self.flows.insert(sockets, flow);
    }
}

/// Compares sequence numbers, which wrap around (RFC 9293, section 3.4).
fn is_before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

#[cfg(test)]
#[path = "flows_tests.rs"]
mod tests;
