//! The change feed: every change in order, for any number of watchers.
//!
//! A watcher is a cursor into the shelf's bounded history, so a slow watcher costs no memory. When the history no
//! longer holds the watcher's next change, the watcher gets an error with the number of missed changes.

use std::collections::VecDeque;

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::error::Error;
use crate::model::Book;
use crate::shelf::Shelf;

/// Kind of change to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The book was added to the shelf.
    Created,
    /// At least one field of the book has a new value.
    Updated,
    /// The book was removed from the shelf.
    Deleted,
}

/// One change to the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Position among all changes to the shelf, counted from 1 without gaps.
    pub sequence: u64,
    /// Kind of change.
    pub kind: ChangeKind,
    /// The book after the change, or its last state if it was deleted.
    pub book: Book,
}

/// A watcher that yields each change after a given sequence number, once and in order.
#[derive(Debug)]
pub struct Changes {
    shelf: Shelf,
    newest: watch::Receiver<u64>,
    /// Sequence number of the last change that was yielded.
    seen: u64,
}

impl Changes {
    pub(crate) fn new(shelf: Shelf, newest: watch::Receiver<u64>, seen: u64) -> Self {
        Self { shelf, newest, seen }
    }

    /// Waits for the next change.
    ///
    /// Cancel safe: a cancelled call consumes no change.
    ///
    /// # Errors
    /// [`Error::FellBehind`] if the history no longer holds the next change.
    pub async fn next(&mut self) -> Result<Change, Error> {
        // `self.shelf` keeps the sender alive, so waiting cannot fail.
        if self.newest.wait_for(|newest| *newest > self.seen).await.is_err() {
            return Err(Error::Internal("the change feed has ended"));
        }
        let change = self.shelf.change_after(self.seen)?;
        self.seen = change.sequence;
        Ok(change)
    }

    /// Returns a stream of the changes that ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Change, Error>> + Send + use<> {
        futures_util::stream::unfold(Some(self), |changes| async {
            let mut changes = changes?;
            let next = changes.next().await;
            let state = next.is_ok().then_some(changes);
            Some((next, state))
        })
    }
}

/// The most recent changes, up to the limit of [`Limits::history`](crate::Limits::history).
#[derive(Debug, Default)]
pub(crate) struct History {
    kept: VecDeque<Change>,
    newest: u64,
}

impl History {
    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    pub(crate) fn push(&mut self, kind: ChangeKind, book: Book, limit: usize) {
        self.newest += 1;
        if self.kept.len() == limit {
            self.kept.pop_front();
        }
        self.kept.push_back(Change { sequence: self.newest, kind, book });
    }

    pub(crate) fn after(&self, seen: u64) -> Result<Change, Error> {
        let next = seen + 1;
        let oldest = self.kept.front().map_or(self.newest + 1, |change| change.sequence);
        if next < oldest {
            return Err(Error::FellBehind { missed: oldest - next });
        }
        usize::try_from(next - oldest)
            .ok()
            .and_then(|index| self.kept.get(index))
            .cloned()
            .ok_or(Error::Internal("an announced change is missing from the history"))
    }
}
