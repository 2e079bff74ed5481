//! Counts of dropped events.

use super::{Datagram, Op, Transfer};

/// Counts of the events and payloads that the recorder dropped because its buffers were full. Sums stay exact: the
/// events of a recording and the counts of its gaps add up to the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Dropped reads and received datagrams, including ends of stream.
    pub reads: u64,
    /// Dropped writes and sent datagrams.
    pub writes: u64,
    /// Bytes of the dropped reads.
    pub rx: u64,
    /// Bytes of the dropped writes.
    pub tx: u64,
    /// Dropped operations of any other kind, and dropped failures.
    pub others: u64,
    /// Connections without any event in the recording. The other fields count their events.
    pub connections: u64,
    /// Reads and writes in the recording whose payload was dropped.
    pub payloads: u64,
}

impl Gap {
    /// Sets the number of dropped reads, and their bytes.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// Sets the number of dropped writes, and their bytes.
    #[must_use]
    pub fn with_writes(mut self, writes: u64, bytes: u64) -> Self {
        (self.writes, self.tx) = (writes, bytes);
        self
    }

    /// Returns the number of dropped events.
    #[must_use]
    pub fn events(&self) -> u64 {
        // A trace is untrusted input, so its numbers may overflow.
        self.reads.saturating_add(self.writes).saturating_add(self.others)
    }

    /// Returns `true` if nothing was dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds the counts of another gap.
    pub fn add(&mut self, other: &Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.rx += other.rx;
        self.tx += other.tx;
        self.others += other.others;
        self.connections += other.connections;
        self.payloads += other.payloads;
    }

    /// Counts a dropped operation.
    pub(crate) fn count(&mut self, op: &Op, failed: bool) {
        match op {
            Op::Read(Transfer { bytes, .. }) | Op::RecvFrom(Datagram { bytes, .. }) if !failed => {
                (self.reads, self.rx) = (self.reads + 1, self.rx + bytes);
            }
            Op::Write(Transfer { bytes, .. }) | Op::SendTo(Datagram { bytes, .. }) if !failed => {
                (self.writes, self.tx) = (self.writes + 1, self.tx + bytes);
            }
            _ => self.others += 1,
        }
    }
}
