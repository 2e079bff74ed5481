//! The order of socket calls and packets in a diagram with packets.

use super::call::Call;
use super::model::Sequence;
use super::packet::Packet;

/// Something that happens at one point in time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instant<'a> {
    /// A packet reaches the receiver's kernel.
    Arrived(&'a Packet),
    /// A program makes a socket call.
    Call(&'a Call),
    /// A kernel passes a packet to the network.
    Sent(&'a Packet),
}

impl Instant<'_> {
    /// Returns the time on the time line, in nanoseconds.
    pub(super) fn at(&self) -> u64 {
        match self {
            Self::Arrived(packet) => packet.arrived.unwrap_or(packet.at),
            Self::Call(call) => call.at,
            Self::Sent(packet) => packet.at,
        }
    }

    /// Orders instants with the same time: a call that receives follows the arrival, and one that sends precedes its
    /// packet.
    fn rank(&self) -> u8 {
        match self {
            Self::Arrived(_) => 0,
            Self::Call(_) => 1,
            Self::Sent(_) => 2,
        }
    }
}

/// Returns the socket calls, and the departures and arrivals of packets, in order of time.
pub(super) fn instants(sequence: &Sequence) -> Vec<Instant<'_>> {
    let arrived = sequence.packets.iter().filter(|packet| packet.arrived.is_some()).map(Instant::Arrived);
    let calls = sequence.calls.iter().map(Instant::Call);
    let mut all: Vec<Instant<'_>> =
        arrived.chain(calls).chain(sequence.packets.iter().map(Instant::Sent)).collect();
    all.sort_by_key(|instant| (instant.at(), instant.rank()));
    all
}
