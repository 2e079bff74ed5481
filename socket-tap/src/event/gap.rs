//! Counts of events that the recorder dropped.

/// Numbers of events and payloads that the recorder dropped because its buffers were full. The counts are
/// exact: the recorded events and the counts of all gaps add up to the number of events that happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Number of dropped reads and received datagrams, including reads that reported the end of stream.
    pub reads: u64,
    /// Number of dropped writes and sent datagrams.
    pub writes: u64,
    /// Number of bytes of the dropped reads and received datagrams.
    pub rx: u64,
    /// Number of bytes of the dropped writes and sent datagrams.
    pub tx: u64,
    /// Number of dropped events of any other kind, including failed reads and writes.
    pub others: u64,
    /// Number of connections of which every event was dropped. The other fields count the events of these
    /// connections, too.
    pub connections: u64,
    /// Number of recorded reads, writes and datagrams whose payload was dropped.
    pub payloads: u64,
}

impl Gap {
    /// Sets the number of dropped reads, and the number of their bytes.
    #[must_use]
    pub fn with_reads(mut self, reads: u64, bytes: u64) -> Self {
        (self.reads, self.rx) = (reads, bytes);
        self
    }

    /// Sets the number of dropped writes, and the number of their bytes.
    #[must_use]
    pub fn with_writes(mut self, writes: u64, bytes: u64) -> Self {
        (self.writes, self.tx) = (writes, bytes);
        self
    }

    /// Returns the number of dropped events: reads, writes and others.
    #[must_use]
    pub fn events(&self) -> u64 {
        // A trace is untrusted input, so its numbers may overflow.
        self.reads.saturating_add(self.writes).saturating_add(self.others)
    }

    /// Returns `true` if neither an event nor a payload was dropped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds the counts of another gap to this one.
    pub fn add(&mut self, other: &Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.rx += other.rx;
        self.tx += other.tx;
        self.others += other.others;
        self.connections += other.connections;
        self.payloads += other.payloads;
    }
}
