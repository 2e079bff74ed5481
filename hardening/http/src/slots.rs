//! Room for a bounded number of connections, and what becomes of their memory.
//!
//! An allocator keeps what it was given back, for those that come next. When thousands of connections have gone, that is
//! most of what the process has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::task::AbortOnDropHandle;

use crate::memory;

/// So many connections fewer than there were are worth the work: some 2 MiB.
const WAVE: usize = 100;

/// How long after them memory is given back. Meanwhile the others of the wave go, too, and a server whose clients come
/// and go all the time does it once in a while.
const SETTLED: Duration = Duration::from_secs(1);

/// The slots of a server; each connection holds one.
#[derive(Debug)]
pub(crate) struct Slots {
    count: Arc<Count>,
    _giving_back: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Count {
    max: usize,
    free: Arc<Semaphore>,
    /// The most that were taken at once, since memory was last given back.
    most: AtomicUsize,
    wave_is_over: Notify,
}

/// Taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    count: Arc<Count>,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn new(max: u32) -> Self {
        memory::fix_threshold();
        let max = max as usize;
        let count = Arc::new(Count {
            max,
            free: Arc::new(Semaphore::new(max)),
            most: AtomicUsize::new(0),
            wave_is_over: Notify::new(),
        });
        let giving_back = tokio::spawn(give_back(Arc::clone(&count)));
        Self { count, _giving_back: AbortOnDropHandle::new(giving_back) }
    }

    /// Waits until one is free. Cancel safe. `None` if they were closed, which nobody does.
    pub(crate) async fn take(&self) -> Option<Slot> {
        let permit = Arc::clone(&self.count.free).acquire_owned().await.ok()?;
        self.count.most.fetch_max(self.count.taken(), Relaxed);
        Some(Slot { count: Arc::clone(&self.count), _permit: permit })
    }
}

impl Count {
    fn taken(&self) -> usize {
        self.max - self.free.available_permits()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.count.taken() + WAVE <= self.count.most.load(Relaxed) {
            self.count.wave_is_over.notify_one();
        }
    }
}

async fn give_back(count: Arc<Count>) {
    loop {
        count.wave_is_over.notified().await;
        // Until no more connections end. The memory of the last ones is freed after their slots: by the runtime, which
        // drops their tasks, and by the recorder, which writes down how they ended.
        let mut left = None;
        while left != Some(count.taken()) {
            left = Some(count.taken());
            tokio::time::sleep(SETTLED).await;
            count.most.store(count.taken(), Relaxed);
            // It takes the time of a few calls, and they should not wait for it.
            _ = tokio::task::spawn_blocking(memory::trim).await;
        }
    }
}
