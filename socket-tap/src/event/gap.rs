//! Counts of what a recording lacks.

use super::{Datagram, Op, Transfer};

/// Counts of what is missing, because the recorder had no room for it. The sums of a recording stay right: what its events come
/// to and what its gaps say make the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Reads and received datagrams that are not in the recording, ends of stream among them.
    pub reads: u64,
    /// Writes and sent datagrams that are not in the recording.
    pub writes: u64,
    /// Bytes that the missing reads brought.
    pub rx: u64,
    /// Bytes that the missing writes took.
    pub tx: u64,
    /// Operations of any other kind, or that failed, that are not in the recording.
    pub others: u64,
    /// Connections of which nothing is in the recording. All that they did is in the counts above.
    pub connections: u64,
    /// Reads and writes that are in the recording, without the payload that was asked for.
    pub payloads: u64,
}

impl Gap {
    /// The same with so many missing reads, and the bytes that they brought.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// The same with so many missing writes, and the bytes that they took.
    #[must_use]
    pub fn with_writes(mut self, writes: u64, bytes: u64) -> Self {
        (self.writes, self.tx) = (writes, bytes);
        self
    }

    /// Events that are missing whole.
    #[must_use]
    pub fn events(&self) -> u64 {
        // What a trace says may be anything.
        self.reads.saturating_add(self.writes).saturating_add(self.others)
    }

    /// Returns whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another gap says is missing.
    pub fn add(&mut self, other: &Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.rx += other.rx;
        self.tx += other.tx;
        self.others += other.others;
        self.connections += other.connections;
        self.payloads += other.payloads;
    }

    /// Counts an operation that is missing.
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
