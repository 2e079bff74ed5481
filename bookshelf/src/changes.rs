//! The change feed: every change, in order, to any number of watchers.
//!
//! A watcher is a cursor into the shelf's own short history, so a slow watcher costs nothing and is never skipped
//! silently: when the history no longer holds what comes next, it is told how much it missed.

use std::collections::VecDeque;

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::error::Error;
use crate::model::Book;
use crate::shelf::Shelf;

/// What happened to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The book is new on the shelf.
    Created,
    /// Some field of the book has a new value.
    Updated,
    /// The book is off the shelf.
    Deleted,
}

/// One change of the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Numbers the changes of the shelf, from 1, without holes.
    pub sequence: u64,
    /// What happened.
    pub kind: ChangeKind,
    /// The book after the change; as it last was, when it was deleted.
    pub book: Book,
}

/// A watcher: the changes after a point, each once, in order.
#[derive(Debug)]
pub struct Changes {
    shelf: Shelf,
    newest: watch::Receiver<u64>,
    /// The sequence of the last change that was handed out.
    seen: u64,
}

impl Changes {
    pub(crate) fn new(shelf: Shelf, newest: watch::Receiver<u64>, seen: u64) -> Self {
        Self { shelf, newest, seen }
    }

    /// Waits for the next change. Cancel safe: a change is lost only when it was returned.
    ///
    /// # Errors
    /// [`Error::FellBehind`] when the next change is no longer kept.
    pub async fn next(&mut self) -> Result<Change, Error> {
        // The shelf that we hold keeps the sender alive, so waiting cannot fail.
        if self.newest.wait_for(|newest| *newest > self.seen).await.is_err() {
            return Err(Error::Internal("the change feed has ended"));
        }
        let change = self.shelf.change_after(self.seen)?;
        self.seen = change.sequence;
        Ok(change)
    }

    /// The same as a stream; it ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Change, Error>> + Send + use<> {
        futures_util::stream::unfold(Some(self), |changes| async {
            let mut changes = changes?;
            let next = changes.next().await;
            let go_on = next.is_ok().then_some(changes);
            Some((next, go_on))
        })
    }
}

/// The last changes, as many as are kept.
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
            .ok_or(Error::Internal("a change was announced and is not there"))
    }
}
