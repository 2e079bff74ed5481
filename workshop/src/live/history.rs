//! The last events, for browsers that read at different speeds.
//!
//! Each has a place of its own in it, so that a slow one delays nobody; what it has not read in time is gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use socket_trace::page_feed::RecentEvents;
use tokio::sync::watch;

/// How many events a browser gets at once, and how many bytes, unless one is larger.
const MOST_AT_ONCE: usize = 500;
const MOST_BYTES_AT_ONCE: usize = 256 << 10;

/// The events that are kept.
#[derive(Debug)]
pub(super) struct History {
    kept: Mutex<RecentEvents>,
    /// The number of the newest.
    last: watch::Sender<u64>,
}

/// What a browser gets next.
#[derive(Debug)]
pub(super) struct Batch {
    /// How many it will not get: they are no longer kept.
    pub(super) dropped: u64,
    /// What comes behind them.
    pub(super) items: Vec<Arc<str>>,
    /// The number of the last item.
    pub(super) last: u64,
}

impl Default for History {
    fn default() -> Self {
        Self { kept: Mutex::default(), last: watch::Sender::new(0) }
    }
}

impl History {
    pub(super) fn push(&self, items: Vec<String>) {
        if items.is_empty() {
            return;
        }
        let last = {
            let mut kept = self.lock();
            items.into_iter().for_each(|item| kept.push(item));
            kept.last()
        };
        self.last.send_replace(last);
    }

    /// What comes behind the item with that number; `None` when nothing does.
    pub(super) fn after(&self, seq: u64) -> Option<Batch> {
        let kept = self.lock();
        let (mut items, mut bytes) = (Vec::new(), 0);
        for item in kept.after(seq).take(MOST_AT_ONCE) {
            bytes += item.len();
            if bytes > MOST_BYTES_AT_ONCE && !items.is_empty() {
                break;
            }
            items.push(Arc::clone(item));
        }
        let dropped = kept.first().saturating_sub(seq + 1);
        let last = seq + dropped + items.len() as u64;
        (last > seq).then_some(Batch { dropped, items, last })
    }

    /// All that is kept, and the number of the first.
    pub(super) fn all(&self) -> (u64, Vec<Arc<str>>) {
        let kept = self.lock();
        (kept.first(), kept.after(0).cloned().collect())
    }

    /// The number of the oldest item.
    pub(super) fn first(&self) -> u64 {
        self.lock().first()
    }

    /// The number of the newest item, whenever it changes.
    pub(super) fn last(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, RecentEvents> {
        // What it holds is whole after each step.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
