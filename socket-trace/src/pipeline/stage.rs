//! A stage of a pipeline.

use std::sync::{Condvar, Mutex, PoisonError};

/// A stage that processes batches in the order of their numbers.
pub(super) struct Stage<W> {
    turn: Mutex<Turn<W>>,
    /// Notified when a batch has been processed.
    processed: Condvar,
}

/// The number of the batch whose turn it is, and what processes it.
struct Turn<W> {
    batch: u64,
    worker: W,
}

impl<W> Stage<W> {
    pub(super) fn new(worker: W) -> Self {
        Self { turn: Mutex::new(Turn { batch: 0, worker }), processed: Condvar::new() }
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
        let turn = self.turn.lock().ok()?;
        let mut turn = self.processed.wait_while(turn, |turn| turn.batch != batch).ok()?;
        let result = process(&mut turn.worker);
        turn.batch += u64::from(is_whole);
        Some(result)
    }

    pub(super) fn into_worker(self) -> W {
        self.turn.into_inner().unwrap_or_else(PoisonError::into_inner).worker
    }
}

/// Wakes all threads that wait when it is dropped.
struct NotifyAll<'a>(&'a Condvar);

impl Drop for NotifyAll<'_> {
    fn drop(&mut self) {
        self.0.notify_all();
    }
}
