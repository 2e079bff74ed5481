//! A watcher that waits for changes to the shelf, and yields them one by one.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::watch;

use super::Change;
use crate::error::Error;
use crate::shelf::Shelf;

/// Time between two attempts to read a change while the store is unavailable.
const RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// A watcher that yields each change after a given sequence number, once and in order.
///
/// It reads recent changes from the feed of this process, and older ones from the store. While the store is
/// unavailable, the watcher waits.
#[derive(Debug)]
pub struct Changes {
    shelf: Shelf,
    newest: watch::Receiver<u64>,
    /// Sequence number of the last change that was yielded.
    seen: u64,
    /// Changes after `seen` that were read from the store.
    ahead: VecDeque<Change>,
}

impl Changes {
    pub(crate) fn new(shelf: Shelf, seen: u64) -> Self {
        let newest = shelf.store().feed().subscribe();
        Self { shelf, newest, seen, ahead: VecDeque::new() }
    }

    /// Waits for the next change.
    ///
    /// Cancel safe: a cancelled call consumes no change.
    ///
    /// # Errors
    /// [`Error::FellBehind`] if the store no longer holds the next change.
    pub async fn next(&mut self) -> Result<Change, Error> {
        while self.ahead.is_empty() {
            // `self.shelf` keeps the sender alive, so waiting cannot fail.
            if self.newest.wait_for(|newest| *newest > self.seen).await.is_err() {
                return Err(Error::Internal("the change feed has ended"));
            }
            let store = self.shelf.store();
            if let Some(change) = store.feed().after(self.seen) {
                self.ahead.push_back(change);
                continue;
            }
            match store.changes_after(self.seen).await {
                Ok(changes) if changes.is_empty() => {
                    return Err(Error::Internal(
                        "the store lacks a change that was announced to the watchers",
                    ));
                }
                Ok(changes) => self.ahead.extend(changes),
                Err(Error::Unavailable(_)) => tokio::time::sleep(RETRY_INTERVAL).await,
                Err(error) => return Err(error),
            }
        }
        let change = self
            .ahead
            .pop_front()
            .ok_or(Error::Internal("the queue of the watcher is empty after a change arrived"))?;
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
