//! Limits the number of open connections, and returns memory to the operating system after a burst.
//!
//! The allocator keeps freed memory for reuse. After thousands of connections have closed, most of the memory
//! of the process is such free memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::task::AbortOnDropHandle;

use crate::memory;

/// Memory is returned to the operating system only after the number of open connections has fallen by at
/// least this much from its peak. Closing 100 connections frees about 2 MiB.
const TRIM_THRESHOLD: usize = 100;

/// Pause before the memory of a burst of connections is returned to the operating system, so that the other
/// connections of the burst can close, too. It is also the minimum time between two such returns on a busy
/// server.
const TRIM_DELAY: Duration = Duration::from_secs(1);

/// A fixed number of slots. Each open connection uses one.
#[derive(Debug)]
pub(crate) struct Slots {
    usage: Arc<Usage>,
    _trimmer: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Usage {
    max: usize,
    free: Arc<Semaphore>,
    /// Maximum number of slots in use at the same time since memory was last returned to the operating
    /// system.
    peak: AtomicUsize,
    burst_ended: Notify,
}

/// A guard that occupies a connection slot until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    usage: Arc<Usage>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    /// Creates `max` slots.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn new(max: u32) -> Self {
        memory::fix_threshold();
        let max = max as usize;
        let usage = Arc::new(Usage {
            max,
            free: Arc::new(Semaphore::new(max)),
            peak: AtomicUsize::new(0),
            burst_ended: Notify::new(),
        });
        let trimmer = tokio::spawn(trim_after_bursts(Arc::clone(&usage)));
        Self { usage, _trimmer: AbortOnDropHandle::new(trimmer) }
    }

    /// Waits for a free slot. The result is never `None`, because the semaphore of the slots is never closed.
    /// Cancel safe.
    pub(crate) async fn acquire(&self) -> Option<Slot> {
        let permit = Arc::clone(&self.usage.free).acquire_owned().await.ok()?;
        self.usage.peak.fetch_max(self.usage.in_use(), Relaxed);
        Some(Slot { usage: Arc::clone(&self.usage), _permit: permit })
    }
}

impl Usage {
    fn in_use(&self) -> usize {
        self.max - self.free.available_permits()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.usage.in_use() + TRIM_THRESHOLD <= self.usage.peak.load(Relaxed) {
            self.usage.burst_ended.notify_one();
        }
    }
}

async fn trim_after_bursts(usage: Arc<Usage>) {
    loop {
        usage.burst_ended.notified().await;
        // The runtime frees a connection's task, and the recorder its last events, only after the slot. So
        // trim until the number of connections no longer changes.
        let mut before = None;
        while before != Some(usage.in_use()) {
            before = Some(usage.in_use());
            tokio::time::sleep(TRIM_DELAY).await;
            usage.peak.store(usage.in_use(), Relaxed);
            // A trim takes as long as a few requests, which should not wait for it.
            _ = tokio::task::spawn_blocking(memory::trim).await;
        }
    }
}
