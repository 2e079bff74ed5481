//! Detects packets that were captured more than once.
//!
//! `tcpdump -i any` captures a packet on each interface that it passes, and on the loopback interface twice: when it is sent and when it is
//! received. A copy is not a retransmission.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// Number of packets among which a copy is searched.
const REMEMBERED: usize = 4_096;

/// Longest time between a packet and its copy, in nanoseconds.
const LONGEST: u64 = 1_000_000_000;

/// Number of bytes of a packet that identify it, with its length: its headers, which contain a checksum.
const IDENTIFYING: usize = 128;

/// A detector of packets that were captured in several places.
#[derive(Debug, Default)]
pub(super) struct Copies {
    seen: HashMap<u64, Seen>,
    /// The packets in `seen`, oldest first.
    order: VecDeque<u64>,
}

/// The number of times that a packet was captured, for each place.
#[derive(Debug)]
struct Seen {
    first_time: u64,
    counts: Vec<(u64, u32)>,
}

impl Copies {
    /// Returns `true` if the IP packet was captured before in another place. A place is an interface and a header of the link
    /// layer. A packet that is captured again in the same place was sent again.
    pub(super) fn is_copy(&mut self, packet: &[u8], interface: u32, link_header: &[u8], time: u64) -> bool {
        let place = hash(&(interface, link_header));
        let key = key(packet);
        if let Some(seen) = self.seen.get_mut(&key)
            && time.abs_diff(seen.first_time) <= LONGEST
        {
            return seen.is_copy_in(place);
        }
        if self.seen.insert(key, Seen { first_time: time, counts: vec![(place, 1)] }).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > REMEMBERED {
            self.order.pop_front().and_then(|oldest| self.seen.remove(&oldest));
        }
        false
    }
}

impl Seen {
    /// Counts the packet in a place. It is a copy if another place has had it more often.
    fn is_copy_in(&mut self, place: u64) -> bool {
        let others = self.counts.iter().filter(|(other, _)| *other != place);
        let most = others.map(|(_, count)| *count).max().unwrap_or(0);
        let own = match self.counts.iter_mut().find(|(own, _)| *own == place) {
            Some((_, count)) => count,
            None => {
                self.counts.push((place, 0));
                match self.counts.last_mut() {
                    Some((_, count)) => count,
                    None => return false,
                }
            }
        };
        *own += 1;
        *own <= most
    }
}

/// Identifies a packet by its length and first bytes, without what a router changes: hop limit and header checksum.
fn key(packet: &[u8]) -> u64 {
    let mut first = [0; IDENTIFYING];
    first.iter_mut().zip(packet).for_each(|(to, from)| *to = *from);
    match first[0] >> 4 {
        4 => [8, 10, 11].into_iter().for_each(|at: usize| first[at] = 0),
        _ => first[7] = 0,
    }
    hash(&(packet.len(), first))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u8; 40] = [0x45; 40];

    #[test]
    fn packet_in_another_place_is_a_copy() {
        let mut copies = Copies::default();
        assert!(!copies.is_copy(&PACKET, 0, b"out", 0));
        assert!(copies.is_copy(&PACKET, 0, b"in", 9));
        assert!(copies.is_copy(&PACKET, 1, b"out", 9));
        let mut routed = PACKET;
        (routed[8], routed[10]) = (1, 2);
        assert!(copies.is_copy(&routed, 2, b"out", 9));
    }

    #[test]
    fn packet_in_the_same_place_was_sent_again() {
        let mut copies = Copies::default();
        let places = ["out", "in", "out", "in", "in"];
        let found: Vec<bool> =
            places.iter().map(|place| copies.is_copy(&PACKET, 0, place.as_bytes(), 0)).collect();
        assert_eq!(found, [false, true, false, true, false]);
    }

    #[test]
    fn other_or_later_packet_is_no_copy() {
        let mut copies = Copies::default();
        assert!(!copies.is_copy(&PACKET, 0, b"out", 0));
        let mut other = PACKET;
        other[30] = 9;
        assert!(!copies.is_copy(&other, 0, b"in", 0));
        assert!(!copies.is_copy(&PACKET[..39], 0, b"in", 0));
        assert!(!copies.is_copy(&PACKET, 0, b"in", LONGEST + 1));
    }

    #[test]
    fn number_of_remembered_packets_is_bounded() {
        let mut copies = Copies::default();
        for number in 0..2 * REMEMBERED {
            let packet = [[0x45; 16].as_slice(), &number.to_be_bytes()].concat();
            copies.is_copy(&packet, 0, b"", 0);
        }
        assert_eq!((copies.seen.len(), copies.order.len()), (REMEMBERED, REMEMBERED));
    }
}
