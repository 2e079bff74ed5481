//! The most recent changes, in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Change;
use crate::error::Error;

/// The most recent changes, in the memory of this process. All watchers read the same copy, so a slow watcher
/// needs no buffer of its own.
#[derive(Debug)]
pub struct Feed {
    limit: usize,
    recent: Mutex<Recent>,
    /// Channel for the sequence number of the newest change. Sending a new number wakes the watchers.
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Recent {
    changes: VecDeque<Change>,
    newest: u64,
}

impl Feed {
    /// Returns an empty feed for at most `limit` changes. `newest` is the sequence number of the last change
    /// before the feed: if it is 7, the first change in the feed has number 8.
    #[must_use]
    pub fn new(newest: u64, limit: usize) -> Self {
        let recent = Mutex::new(Recent { changes: VecDeque::new(), newest });
        Self { limit, recent, newest: watch::Sender::new(newest) }
    }

    /// Adds a change and wakes the watchers. Drops the oldest change if the feed is full.
    ///
    /// Ignores a change that the feed already holds. If changes are missing between the newest change in the
    /// feed and `change`, the feed first drops all that it holds, so that its changes have no gap.
    pub fn push(&self, change: Change) {
        let mut recent = self.recent();
        if change.sequence > recent.newest + 1 {
            recent.changes.clear();
        }
        self.append(&mut recent, change);
    }

    /// Adds a change like [`push`](Self::push), and returns `true`. If changes are missing between the newest
    /// change in the feed and `change`, does nothing and returns `false`.
    pub fn push_next(&self, change: Change) -> bool {
        let mut recent = self.recent();
        let is_next = change.sequence <= recent.newest + 1;
        if is_next {
            self.append(&mut recent, change);
        }
        is_next
    }

    fn append(&self, recent: &mut Recent, change: Change) {
        if change.sequence <= recent.newest {
            return;
        }
        if recent.changes.len() >= self.limit {
            recent.changes.pop_front();
        }
        recent.newest = change.sequence;
        recent.changes.push_back(change);
        self.newest.send_replace(recent.newest);
    }

    /// Returns the sequence number of the newest change in the feed.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.recent().newest
    }

    /// Returns a receiver whose value is the sequence number of the newest change in the feed.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Returns the change after a sequence number, or `None` if the feed does not hold it.
    pub(crate) fn after(&self, sequence: u64) -> Option<Change> {
        let recent = self.recent();
        let index = sequence.checked_add(1)?.checked_sub(recent.oldest())?;
        recent.changes.get(usize::try_from(index).ok()?).cloned()
    }

    /// Returns a list that contains only the change after `sequence`. If that change has not been made yet,
    /// returns an empty list. Implements [`Store::changes_after`](crate::store::Store::changes_after) for stores
    /// that keep their changes only in this feed.
    ///
    /// # Errors
    /// [`Error::FellBehind`] if the feed no longer holds the change.
    pub(crate) fn stored_after(&self, sequence: u64) -> Result<Vec<Change>, Error> {
        let oldest = self.recent().oldest();
        if sequence + 1 < oldest {
            return Err(Error::FellBehind { missed: oldest - sequence - 1 });
        }
        Ok(self.after(sequence).into_iter().collect())
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        // No operation can panic between two dependent changes, so a poisoned state is still consistent.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// Returns the sequence number of the oldest change. If the feed is empty, returns the sequence number
    /// that the next change will have.
    fn oldest(&self) -> u64 {
        self.changes.front().map_or(self.newest + 1, |change| change.sequence)
    }
}
