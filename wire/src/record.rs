//! The record of a packet, and the stream of all records.

use tokio::sync::mpsc;

use crate::Direction;
use crate::packet::{Packet, Unparsed};

/// What is known about one packet, or about one copy of a duplicated packet. Times are those of `CLOCK_MONOTONIC`, in
/// nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Direction of the packet.
    pub direction: Direction,
    /// Number of the packet in its direction. The first is 1. Both copies of a duplicated packet have the same number.
    pub index: u64,
    /// Time at which the relay received the packet from the kernel of its sender.
    pub sent: u64,
    /// Time at which the packet was to be delivered. `None` if it was dropped.
    pub due: Option<u64>,
    /// Time at which the relay passed the packet to the kernel of its receiver. `None` if it did not.
    pub delivered: Option<u64>,
    /// What became of the packet.
    pub fate: Fate,
    /// Number of packets of its direction that were sent later and delivered earlier.
    pub overtaken_by: u32,
    /// `true` if the packet is a TCP segment that repeats sequence numbers which its sender sent before.
    pub is_retransmission: bool,
    /// The packet's headers.
    pub packet: Result<Packet, Unparsed>,
    /// The packet, beginning with its IP header.
    pub bytes: Box<[u8]>,
    /// Number of records that were omitted directly before this one, because the reader of the records was too slow.
    pub omitted_before: u64,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// It was delivered.
    Delivered,
    /// It is the second copy of a packet, which the relay made and delivered.
    Duplicated,
    /// It was dropped.
    Dropped(DropReason),
    /// It was in flight when the wire ended.
    Undelivered,
}

/// The reason why a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The loss rate.
    Loss,
    /// A [`Rule`](crate::Rule).
    Rule,
    /// The queue before the link was full.
    Queue,
    /// The receiver's kernel did not take it.
    Rejected,
}

/// The records of all packets, in the order in which the packets were sent.
///
/// A record appears when the fates of its packet and of all earlier ones are known. The stream ends when the wire has
/// ended. If it is not read, it holds [`Options::records`](crate::Options::records) records; further ones are omitted and
/// counted.
#[derive(Debug)]
pub struct Records(pub(crate) mpsc::Receiver<Record>);

impl Records {
    /// Returns the next record, or `None` at the end.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no record is lost.
    pub async fn next(&mut self) -> Option<Record> {
        self.0.recv().await
    }
}

/// The iterator blocks until the next record is there. It must not be used in an asynchronous task.
impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        self.0.blocking_recv()
    }
}
