//! Counts of the reads or writes on one socket.

use std::sync::atomic::{AtomicU64, Ordering};

/// Number of operations, and of their bytes.
#[derive(Debug, Default)]
pub(crate) struct TransferCount {
    calls: AtomicU64,
    bytes: AtomicU64,
    /// The clock reading of the last operation; 0 before the first.
    pub(crate) last: AtomicU64,
}

/// Tells whether several threads may use one direction of a socket at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A poll, which has exclusive access to the direction.
    Exclusive,
    /// An operation on a shared reference.
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
