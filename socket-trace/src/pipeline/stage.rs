//! A stage of a pipeline.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Maximum number of spins before a thread blocks. On the virtual machine where it was measured, they take about 0.2 ms, and
/// blocking and waking up to 0.1 ms. The time of a spin depends on the processor.
const MAX_SPINS: usize = 4000;

/// A stage that processes batches in the order of their numbers.
pub(super) struct Stage<W> {
    /// The number of the batch whose turn it is. Changed only while `worker` is locked.
    turn: AtomicU64,
    worker: Mutex<W>,
    /// Notified when a batch has been processed.
    processed: Condvar,
}

impl<W> Stage<W> {
    pub(super) fn new(worker: W) -> Self {
        Self { turn: AtomicU64::new(0), worker: Mutex::new(worker), processed: Condvar::new() }
    }

    /// Waits until it is the turn of a batch, and processes it. The wait spins for a moment, then blocks. Afterwards it is the
    /// turn of the next batch if `is_whole`, else of this one again. Returns `None` if another thread has panicked in the stage.
    pub(super) fn process<R>(
        &self,
        batch: u64,
        is_whole: bool,
        process: impl FnOnce(&mut W) -> R,
    ) -> Option<R> {
        // Dropped after the lock, also by a panic, so that no thread waits forever.
        let _notify = NotifyAll(&self.processed);
        let must_wait = || self.turn.load(Ordering::Acquire) != batch;
        let mut spins = 0..MAX_SPINS;
        while must_wait() && spins.next().is_some() {
            spin_loop();
        }
        let worker = self.worker.lock().ok()?;
        let mut worker = self.processed.wait_while(worker, |_| must_wait()).ok()?;
        let result = process(&mut worker);
        self.turn.fetch_add(u64::from(is_whole), Ordering::Release);
        Some(result)
    }

    pub(super) fn into_worker(self) -> W {
        self.worker.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes all threads that wait when it is dropped.
struct NotifyAll<'a>(&'a Condvar);

impl Drop for NotifyAll<'_> {
    fn drop(&mut self) {
        self.0.notify_all();
    }
}
