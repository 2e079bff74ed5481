//! Counts of packets.

use crate::Direction;

/// Counts of the packets of a wire, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Packets to the server.
    pub to_server: Counts,
    /// Packets to the client.
    pub to_client: Counts,
    /// Number of records that were omitted because their reader was too slow.
    pub omitted_records: u64,
}

/// Counts of the packets of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Number of packets that the sender's kernel sent.
    pub packets: u64,
    /// Number of their bytes, with IP headers.
    pub bytes: u64,
    /// Number of TCP segments that repeat sequence numbers.
    pub retransmissions: u64,
    /// Number of deliveries. Both copies of a duplicated packet count.
    pub delivered: u64,
    /// Number of packets that the relay dropped.
    pub dropped: u64,
    /// Number of packets that the relay duplicated.
    pub duplicated: u64,
    /// Number of packets that the sender's kernel dropped because the relay was too slow. They are in no record.
    pub kernel_drops: u64,
    /// Number of multicast packets, which kernels send to discover neighbours. The relay discards them, without a record
    /// and without an index: they come at times of the kernel's choice, and nothing on this network needs them.
    pub multicast: u64,
    /// Longest time between the moment when a delivery was due and the delivery, in nanoseconds.
    pub max_lateness: u64,
}

impl Stats {
    /// Returns the counts of one direction.
    #[must_use]
    pub fn direction(&self, direction: Direction) -> &Counts {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    pub(crate) fn direction_mut(&mut self, direction: Direction) -> &mut Counts {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }
}
