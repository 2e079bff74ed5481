//! The record of a packet, and the stream of all records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use crate::Direction;
use crate::packet::{Packet, Unparsed};

/// One packet, or one copy of a duplicated packet, and its fate. Times are those of `CLOCK_MONOTONIC`, in
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
    /// Delivered or dropped, and why.
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

/// The fate of a packet: delivered or dropped.
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
///
/// As an iterator, it blocks until the next record is there. In an asynchronous task, use [`recv`](Self::recv).
#[derive(Debug)]
pub struct Records {
    receiver: mpsc::Receiver<Record>,
    omitted: Arc<AtomicU64>,
}

impl Records {
    /// Creates a stream that holds at most `capacity` records, with its sender.
    pub(crate) fn new(capacity: usize) -> (RecordSender, Self) {
        let (sender, receiver) = mpsc::channel(capacity);
        let omitted = Arc::new(AtomicU64::new(0));
        (RecordSender { sender, omitted: Arc::clone(&omitted), since_last: 0 }, Self { receiver, omitted })
    }

    /// Returns the next record, or `None` at the end.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no record is lost.
    pub async fn recv(&mut self) -> Option<Record> {
        self.receiver.recv().await
    }

    /// Returns `true` if no record is there at the moment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }

    /// Returns the number of records that were omitted, because they were not read in time. [`Record::omitted_before`] says
    /// where.
    #[must_use]
    pub fn omitted(&self) -> u64 {
        self.omitted.load(Ordering::Acquire)
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        self.receiver.blocking_recv()
    }
}

/// The sender of [`Records`].
#[derive(Debug)]
pub(crate) struct RecordSender {
    sender: mpsc::Sender<Record>,
    omitted: Arc<AtomicU64>,
    /// Number of records omitted since the last one that was sent.
    since_last: u64,
}

impl RecordSender {
    /// Sends a record, or omits it if there is no capacity. Returns `false` if [`Records`] was dropped.
    pub(crate) fn send(&mut self, mut record: Record) -> bool {
        record.omitted_before = self.since_last;
        match self.sender.try_send(record) {
            Ok(()) => self.since_last = 0,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.since_last += 1;
                self.omitted.fetch_add(1, Ordering::Release);
            }
            Err(mpsc::error::TrySendError::Closed(_)) => return false,
        }
        true
    }

    /// Returns the number of omitted records.
    pub(crate) fn omitted(&self) -> u64 {
        self.omitted.load(Ordering::Acquire)
    }
}
