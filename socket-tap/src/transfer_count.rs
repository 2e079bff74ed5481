//! Counters for the reads or the writes of one socket.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter of the reads, or of the writes, on one socket, and of their bytes.
#[derive(Debug, Default)]
pub(crate) struct TransferCount {
    calls: AtomicU64,
    bytes: AtomicU64,
    /// Time of the last read or write, as a value of the recorder's [fast clock](crate::recorder::RawClock).
    /// 0 if there was none.
    pub(crate) last: AtomicU64,
}

/// The kind of access that a caller has to one direction of a socket: exclusive, or shared with other
/// threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only the caller reads or writes in this direction, because it polls through a mutable reference.
    Exclusive,
    /// Other threads may read or write in this direction at the same time, because the caller has a shared
    /// reference.
    Shared,
}

impl TransferCount {
    pub(crate) fn add(&self, bytes: usize, access: Access) {
        match access {
            Access::Exclusive => {
                // Avoids an atomic addition, which costs as much as reading the clock.
                self.calls.store(self.calls.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                self.bytes.store(self.bytes.load(Ordering::Relaxed) + bytes as u64, Ordering::Relaxed);
            }
            Access::Shared => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn get(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}
