//! The bytes of one direction of a TCP connection, and the packets that carried them.

use std::collections::BTreeMap;

use socket_tap::event::TcpFlags;

use crate::wire::reading::recording::SeenPacket;

/// The bytes of one direction of a connection. They are numbered from 0, and times are nanoseconds since the first
/// recording began.
#[derive(Debug)]
pub struct Stream<'a> {
    /// Sequence number of the first byte.
    first: u32,
    /// Packets that carried bytes for the first time, in the order in which they were sent: the number after their last
    /// byte, and the time.
    sent: Vec<(u64, u64)>,
    /// Arrivals after which the receiver could read further, in the order of time.
    readable: Vec<Readable<'a>>,
    /// Packets of the other direction that arrived, in the order in which they were sent.
    replies: Vec<&'a SeenPacket>,
}

/// An arrival after which the receiver could read further.
#[derive(Clone, Copy, Debug)]
pub struct Readable<'a> {
    /// The receiver could read all bytes before this one.
    pub until: u64,
    /// Time of the arrival.
    pub at: u64,
    /// Number of the first byte of the packet.
    pub start: u64,
    /// The packet.
    pub packet: &'a SeenPacket,
}

impl<'a> Stream<'a> {
    /// Reads one direction of a connection from its packets. `None` without the SYN, whose number is that before the first byte.
    #[must_use]
    pub fn of(packets: &[&'a SeenPacket], to_server: bool) -> Option<Self> {
        let of = |direction| {
            packets.iter().copied().filter(move |packet: &&SeenPacket| packet.to_server == direction)
        };
        let first = of(to_server).find_map(initial)?.wrapping_add(1);
        let mut stream = Self { first, sent: Vec::new(), readable: Vec::new(), replies: Vec::new() };
        stream.replies = of(!to_server).filter(|packet| packet.arrived.is_some()).collect();
        let mut arrived = Vec::new();
        for packet in of(to_server).filter(|packet| packet.payload > 0) {
            let Some(start) = stream.number(packet) else { continue };
            let end = start + packet.payload;
            if stream.sent.last().is_none_or(|(last, _)| end > *last) {
                stream.sent.push((end, packet.sent));
            }
            arrived.extend(packet.arrived.map(|at| Readable { until: end, at, start, packet }));
        }
        arrived.sort_by_key(|arrival| arrival.at);
        stream.readable = in_order(arrived);
        Some(stream)
    }

    /// Returns the time at which all bytes before `end` had been sent for the first time.
    #[must_use]
    pub fn sent(&self, end: u64) -> Option<u64> {
        let index = self.sent.partition_point(|(sent, _)| *sent < end);
        self.sent.get(index).map(|(_, at)| *at)
    }

    /// Returns the arrival after which the receiver could read all bytes before `end`.
    #[must_use]
    pub fn readable(&self, end: u64) -> Option<Readable<'a>> {
        let index = self.readable.partition_point(|readable| readable.until < end);
        self.readable.get(index).copied()
    }

    /// Returns `true` if the sender of a repeated packet knew at that time, from a selective acknowledgment, that later
    /// bytes had arrived. Otherwise only a timer can have made it send the packet again.
    #[must_use]
    pub fn was_reported_lost(&self, repeated: &SeenPacket) -> bool {
        let Some(end) = self.number(repeated).map(|start| start + repeated.payload) else { return false };
        self.replies.iter().filter(|reply| reply.arrived.is_some_and(|at| at <= repeated.sent)).any(|reply| {
            let later = reply.segment.iter().flat_map(|segment| &segment.sack);
            // Only while the hole is there: its end is not yet acknowledged.
            let is_hole = reply.segment.as_ref().is_some_and(|segment| {
                segment.ack.is_some_and(|ack| u64::from(ack.wrapping_sub(self.first)) < end)
            });
            is_hole && later.into_iter().any(|(start, _)| u64::from(start.wrapping_sub(self.first)) >= end)
        })
    }

    /// Returns the number of a packet's first byte.
    fn number(&self, packet: &SeenPacket) -> Option<u64> {
        Some(packet.segment.as_ref()?.seq.wrapping_sub(self.first).into())
    }
}

/// Returns the sequence number of a SYN.
#[must_use]
pub fn initial(packet: &SeenPacket) -> Option<u32> {
    packet.segment.as_ref().filter(|segment| segment.flags.contains(TcpFlags::SYN)).map(|segment| segment.seq)
}

/// Keeps the arrivals after which the receiver could read further, because no byte before was missing.
fn in_order(arrived: Vec<Readable<'_>>) -> Vec<Readable<'_>> {
    let mut readable: Vec<Readable<'_>> = Vec::new();
    // Bytes that arrived behind a hole.
    let mut beyond = BTreeMap::new();
    let mut until = 0;
    for arrival in arrived {
        beyond
            .entry(arrival.start)
            .and_modify(|end: &mut u64| *end = arrival.until.max(*end))
            .or_insert(arrival.until);
        let before = until;
        while let Some(entry) = beyond.first_entry().filter(|entry| *entry.key() <= until) {
            until = until.max(entry.remove());
        }
        if until > before {
            readable.push(Readable { until, ..arrival });
        }
    }
    readable
}
