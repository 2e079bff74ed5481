//! A stage of a pipeline.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Number of times that a thread looks whether its turn has come before it sleeps, which takes about 0.2 ms. To sleep and to be
/// woken takes nearly as long.
const LOOKS: usize = 4000;

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

    /// Waits for the turn of a batch, and processes it. The next batch has its turn if `is_whole`, else this one again. Returns
    /// `None` if another thread has panicked in the stage.
    pub(super) fn process<R>(
        &self,
        batch: u64,
        is_whole: bool,
        process: impl FnOnce(&mut W) -> R,
    ) -> Option<R> {
        // Dropped after the lock, also by a panic, so that no thread waits forever.
        let _notify = NotifyAll(&self.processed);
        let must_wait = || self.turn.load(Ordering::Acquire) != batch;
        (0..LOOKS).take_while(|_| must_wait()).for_each(|_| spin_loop());
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
