//! The call that a thread is in, published for the drain thread.
//!
//! The thread publishes with plain stores, because a fence would cost as much as the rest of recording. Instead the
//! drain thread calls `membarrier(2)`, which runs a fence on every running thread of the process. Without that system
//! call, both sides use fences.

use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use super::sync::thread;

/// The thread is not in a call.
pub(super) const NONE: u64 = 0;
/// The thread is entering a call and about to read the clock.
const ENTERING: u64 = 1;

/// Attempts of the drain thread to observe a thread that is entering a call.
const MAX_OBSERVATIONS: u32 = 200;

/// The call of one thread, on its own cache line.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct CallSlot {
    pub(super) in_use: AtomicBool,
    /// [`NONE`], [`ENTERING`], or the clock reading on entry.
    pub(super) entered: AtomicU64,
}

/// Slots for `N` threads.
#[derive(Debug)]
pub(super) struct CallSlots<const N: usize> {
    pub(super) calls: [CallSlot; N],
    /// One more than the highest index that was ever in use.
    pub(super) used: AtomicUsize,
}

impl CallSlot {
    /// Enters a call, and returns the clock reading. `fenced` states that the kernel fences this thread.
    #[inline]
    pub(super) fn enter(&self, fenced: bool, clock: impl FnOnce() -> u64) -> u64 {
        self.entered.store(ENTERING, Ordering::Relaxed);
        // The store must be visible to the drain thread before the clock is read.
        if fenced {
            std::sync::atomic::compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
        // Two readings of the counter are reserved; it passes them once, if ever.
        let raw = clock().max(ENTERING + 1);
        self.entered.store(raw, Ordering::Release);
        raw
    }

    /// Returns `true` if the thread, which must be the current one, is inside a call.
    #[inline]
    pub(super) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::Relaxed) != NONE
    }

    #[inline]
    pub(super) fn leave(&self) {
        self.entered.store(NONE, Ordering::Release);
    }

    /// Frees the slot of a thread that ends.
    pub(super) fn free(&self) {
        self.leave();
        self.in_use.store(false, Ordering::Release);
    }

    fn observe(&self) -> Option<u64> {
        for _ in 0..MAX_OBSERVATIONS {
            match self.entered.load(Ordering::Acquire) {
                ENTERING => thread::yield_now(),
                known => return Some(known),
            }
        }
        None
    }
}

impl<const N: usize> CallSlots<N> {
    /// Acquires a free slot; returns `None` if all are in use.
    pub(super) fn acquire(&self) -> Option<&CallSlot> {
        let claim = |call: &CallSlot| {
            !call.in_use.load(Ordering::Relaxed) && !call.in_use.swap(true, Ordering::AcqRel)
        };
        let place = self.calls.iter().position(claim)?;
        self.used.fetch_max(place + 1, Ordering::AcqRel);
        self.calls.get(place)
    }

    /// Returns the latest reading, at most `until`, up to which every entered call has been left. `until` must have
    /// been read before, and `fenced` states that the kernel has fenced all threads since. Returns `None` if a thread
    /// was entering a call during all attempts, because it has been preempted there.
    pub(super) fn complete_up_to(&self, fenced: bool, until: u64) -> Option<u64> {
        if !fenced {
            fence(Ordering::SeqCst);
        }
        let used = self.used.load(Ordering::Acquire).min(N);
        self.calls[..used].iter().try_fold(until, |until, call| match call.observe()? {
            NONE => Some(until),
            raw => Some(until.min(raw - 1)),
        })
    }
}
