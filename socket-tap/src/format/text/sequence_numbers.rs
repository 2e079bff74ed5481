//! Relative sequence numbers of TCP connections.

use std::collections::HashMap;
use std::fmt;

use crate::event::{Addr, Packet, Segment, TcpFlags};

/// Maximum number of recent SYNs. As many older ones are kept.
const MAX_RECENT: usize = 16_384;

/// A tracker of TCP connections that converts their sequence numbers to relative ones, which count from the SYN of
/// their direction. Packet analyzers show such numbers.
///
/// Memory is bounded: a connection that has no packet while those of 16,384 others begin may be forgotten.
#[derive(Clone, Debug, Default)]
pub struct SequenceNumbers {
    /// The last SYN of each direction, by the addresses of its sender and receiver.
    recent: HashMap<Addresses, Syn>,
    /// Those that no packet used since `recent` was last full.
    older: HashMap<Addresses, Syn>,
}

type Addresses = (Addr, Addr);

#[derive(Clone, Copy, Debug)]
struct Syn {
    seq: u32,
    window_scale: Option<u8>,
}

/// The numbers of a TCP header, converted for readers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Numbers {
    /// Sequence number.
    pub seq: Number,
    /// Acknowledgment number. `None` without the flag ACK.
    pub ack: Option<Number>,
    /// Blocks of a selective acknowledgment.
    pub sack: Vec<(Number, Number)>,
    /// Receive window in bytes: the window field, scaled as the two SYNs agreed (RFC 7323, section 2.2). The
    /// field as it is if a SYN is unknown.
    pub window: u32,
}

/// A sequence number, relative to the SYN of its direction if that is known.
///
/// ```
/// use socket_tap::format::text::Number;
///
/// assert_eq!(Number::Relative(1).to_string(), "1");
/// assert_eq!(Number::Absolute(7_000).to_string(), "7000 (absolute)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Distance to the sequence number of the SYN.
    Relative(u32),
    /// The number in the header: the SYN is unknown.
    Absolute(u32),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relative(number) => number.fmt(f),
            Self::Absolute(number) => write!(f, "{number} (absolute)"),
        }
    }
}

impl SequenceNumbers {
    /// Processes a packet and returns its numbers. `None` if it has no TCP header. Packets must be passed in the
    /// order of their time.
    pub fn observe(&mut self, packet: &Packet) -> Option<Numbers> {
        let segment = packet.segment.as_ref()?;
        if segment.flags.contains(TcpFlags::SYN) {
            let syn = Syn { seq: segment.seq, window_scale: segment.window_scale };
            self.insert((packet.from.clone(), packet.to.clone()), syn);
        }
        let own = self.syn((packet.from.clone(), packet.to.clone()));
        let other = self.syn((packet.to.clone(), packet.from.clone()));
        let (own, other) = (own.as_ref(), other.as_ref());
        Some(Numbers {
            seq: number(own, segment.seq),
            ack: segment.ack.map(|ack| number(other, ack)),
            sack: segment
                .sack
                .iter()
                .map(|(left, right)| (number(other, *left), number(other, *right)))
                .collect(),
            window: window(segment, own, other),
        })
    }

    fn syn(&mut self, addresses: Addresses) -> Option<Syn> {
        if let Some(syn) = self.recent.get(&addresses) {
            return Some(*syn);
        }
        let syn = self.older.remove(&addresses)?;
        self.insert(addresses, syn);
        Some(syn)
    }

    fn insert(&mut self, addresses: Addresses, syn: Syn) {
        if self.recent.len() >= MAX_RECENT {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(addresses, syn);
    }
}

fn number(syn: Option<&Syn>, number: u32) -> Number {
    // Sequence numbers wrap around (RFC 9293, section 3.4).
    syn.map_or(Number::Absolute(number), |syn| Number::Relative(number.wrapping_sub(syn.seq)))
}

fn window(segment: &Segment, own: Option<&Syn>, other: Option<&Syn>) -> u32 {
    let window = u32::from(segment.window);
    // The window of a SYN is never scaled, and scaling needs the option of both sides.
    match (own.and_then(|syn| syn.window_scale), other.and_then(|syn| syn.window_scale)) {
        (Some(scale), Some(_)) if !segment.flags.contains(TcpFlags::SYN) => window << scale.min(14),
        _ => window,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::event::Protocol;

    fn packet(from_client: bool, segment: Segment) -> Packet {
        let ends = [1, 2].map(|port| SocketAddr::from(([10, 77, 0, 1], port)));
        let [from, to] = if from_client { ends } else { [ends[1], ends[0]] };
        Packet::new(from, to, Protocol::Tcp).with_segment(segment)
    }

    fn syn(seq: u32, window_scale: Option<u8>) -> Segment {
        Segment { window: 64_240, window_scale, ..Segment::new(TcpFlags::SYN, seq) }
    }

    #[test]
    fn numbers_count_from_the_syn_of_their_direction() {
        let mut numbers = SequenceNumbers::default();
        let first = numbers.observe(&packet(true, syn(u32::MAX, Some(7)))).unwrap();
        assert_eq!((first.seq, first.ack, first.window), (Number::Relative(0), None, 64_240));
        let second = numbers.observe(&packet(false, syn(5, Some(2)).with_ack(0))).unwrap();
        assert_eq!((second.seq, second.ack), (Number::Relative(0), Some(Number::Relative(1))));
        let data =
            Segment { window: 502, sack: vec![(10, 20)], ..Segment::new(TcpFlags::PSH, 0).with_ack(6) };
        let data = numbers.observe(&packet(true, data)).unwrap();
        assert_eq!((data.seq, data.ack), (Number::Relative(1), Some(Number::Relative(1))));
        assert_eq!(data.sack, [(Number::Relative(5), Number::Relative(15))]);
        assert_eq!(data.window, 502 << 7);
    }

    #[test]
    fn window_is_not_scaled_if_one_side_cannot() {
        let mut numbers = SequenceNumbers::default();
        numbers.observe(&packet(true, syn(0, Some(7))));
        numbers.observe(&packet(false, syn(0, None).with_ack(1)));
        let data = Segment { window: 502, ..Segment::new(TcpFlags::PSH, 1).with_ack(1) };
        assert_eq!(numbers.observe(&packet(true, data)).unwrap().window, 502);
    }

    #[test]
    fn number_of_syns_is_bounded() {
        let mut numbers = SequenceNumbers::default();
        numbers.observe(&packet(true, syn(5, None)));
        for number in 0..4 * MAX_RECENT as u32 {
            let from = SocketAddr::from((number.to_be_bytes(), 1));
            let other = Packet { from: from.into(), ..packet(true, syn(7, None)) };
            numbers.observe(&other);
            // A connection that has packets is not forgotten.
            let own = numbers.observe(&packet(true, Segment::new(TcpFlags::PSH, 6))).unwrap();
            assert_eq!(own.seq, Number::Relative(1));
        }
        assert!(numbers.recent.len() <= MAX_RECENT && numbers.older.len() <= MAX_RECENT);
    }

    #[test]
    fn numbers_without_a_syn_are_absolute() {
        let mut numbers = SequenceNumbers::default();
        let data = numbers.observe(&packet(true, Segment::new(TcpFlags::PSH, 70).with_ack(90))).unwrap();
        assert_eq!((data.seq, data.ack), (Number::Absolute(70), Some(Number::Absolute(90))));
    }
}
