//! The most recent events, for pages that read at different speeds.
//!
//! Each page has its own position in the history, so a slow page delays no other. A page that is too slow
//! misses the events that have left the history.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use socket_tap::monotonic_ns;
use socket_trace::page_feed::RecentEvents;
use socket_trace::summary::Scope;
use tokio::sync::watch;

use super::listeners::Listeners;

/// Maximum number of items (events as JSON) in a [`Batch`].
const MAX_BATCH_ITEMS: usize = 500;

/// Maximum size of a [`Batch`] in bytes. A batch may be larger if it contains a single item.
const MAX_BATCH_BYTES: usize = 256 << 10;

/// The most recent recorded events, each as a JSON object called an item. The items are numbered from 1.
#[derive(Debug)]
pub(crate) struct History {
    kept: Mutex<Kept>,
    /// Channel for the number of the newest item.
    newest: watch::Sender<u64>,
    /// Number of times that the history was cleared.
    cleared: AtomicU64,
    /// Time of the monotonic clock at which the history was cleared last, in nanoseconds; 0 if it was not.
    cleared_ns: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    recent: RecentEvents,
    /// The calls that opened the sockets on which servers wait for clients. They stay when the history is cleared.
    openings: Vec<String>,
}

/// Consecutive items of the [`History`], which a page receives next.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Number of items that the page has missed, because they are no longer in the history.
    pub(crate) dropped: u64,
    /// Items that follow the dropped ones.
    pub(crate) items: Vec<Arc<str>>,
    /// Number of the last item of this batch.
    pub(crate) last: u64,
}

impl Default for History {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            newest: watch::Sender::new(0),
            cleared: AtomicU64::new(0),
            cleared_ns: AtomicU64::new(0),
        }
    }
}

impl History {
    /// Adds items. Each has its time of the monotonic clock, in nanoseconds. `listeners` are the sockets on which servers wait
    /// for clients after these items.
    ///
    /// Items from before the history was cleared last are left out: the feed reads them a moment later.
    pub(crate) fn push(&self, items: Vec<(u64, String)>, listeners: &Listeners) {
        if items.is_empty() {
            return;
        }
        let newest = {
            let mut kept = self.lock();
            let Kept { recent, openings } = &mut *kept;
            *openings = listeners.openings().map(str::to_owned).collect();
            let cleared_ns = self.cleared_ns.load(Ordering::Acquire);
            for (at, item) in items {
                if at >= cleared_ns || openings.contains(&item) {
                    recent.push(item);
                }
            }
            recent.last()
        };
        self.newest.send_replace(newest);
    }

    /// Drops all items but the calls that opened the sockets on which servers wait for clients: pages begin with servers
    /// that have been called by nobody. The kept items get new numbers. The trace files keep all items.
    pub(crate) fn clear(&self) {
        let newest = {
            let mut kept = self.lock();
            let Kept { recent, openings } = &mut *kept;
            recent.clear();
            self.cleared_ns.store(monotonic_ns(), Ordering::Release);
            openings.iter().for_each(|item| recent.push(item.clone()));
            self.cleared.fetch_add(1, Ordering::Release);
            recent.last()
        };
        // Wakes the pages.
        self.newest.send_replace(newest);
    }

    /// Returns the number of times that the history was cleared.
    pub(crate) fn cleared(&self) -> u64 {
        self.cleared.load(Ordering::Acquire)
    }

    /// Returns what the comparison counts: the connections that were opened since the history was cleared.
    pub(crate) fn scope(&self) -> Scope {
        Scope::since(self.cleared_ns.load(Ordering::Acquire))
    }

    /// Returns a batch of the items that follow the item with number `seq`, or `None` if there are none yet.
    pub(crate) fn after(&self, seq: u64) -> Option<Batch> {
        let kept = &self.lock().recent;
        let (mut items, mut bytes) = (Vec::new(), 0);
        for item in kept.after(seq).take(MAX_BATCH_ITEMS) {
            bytes += item.len();
            if bytes > MAX_BATCH_BYTES && !items.is_empty() {
                break;
            }
            items.push(Arc::clone(item));
        }
        let dropped = kept.first().saturating_sub(seq + 1);
        let last = seq + dropped + items.len() as u64;
        (last > seq).then_some(Batch { dropped, items, last })
    }

    /// Returns the calls that opened the sockets on which servers wait for clients, as far as they are not among the items that
    /// follow the item with number `seq`. A page that begins with these items needs them.
    pub(crate) fn older_openings(&self, seq: u64) -> Vec<Arc<str>> {
        let kept = self.lock();
        let follows = |opening: &str| kept.recent.after(seq).any(|item| **item == *opening);
        let older = kept.openings.iter().filter(|opening| !follows(opening));
        older.map(|opening| opening.as_str().into()).collect()
    }

    /// Returns the number of the oldest item in the history, and all items.
    pub(crate) fn all(&self) -> (u64, Vec<Arc<str>>) {
        let kept = &self.lock().recent;
        (kept.first(), kept.after(0).cloned().collect())
    }

    /// Returns the number of the oldest item in the history.
    pub(crate) fn first(&self) -> u64 {
        self.lock().recent.first()
    }

    /// Returns a receiver whose value is the number of the newest item in the history.
    pub(crate) fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // The items are consistent after each step, so a panic elsewhere cannot have corrupted them.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
