//! A chain of packets, each caused by the one before.

/// The longest chain of packets between two times, in which each was sent after the one before had arrived at its
/// sender. A retransmission follows what its first transmission followed, so the wait for a lost packet is not part of
/// the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Number of packets.
    pub packets: u64,
    /// Time that they were in flight, in nanoseconds.
    pub in_flight_ns: u64,
}

impl Chain {
    /// Returns the number of round trips: two packets are one.
    #[must_use]
    pub fn round_trips(self) -> u64 {
        self.packets / 2
    }
}
