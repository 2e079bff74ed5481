//! One thread's call, as the drain thread sees it.
//!
//! The thread publishes with plain stores, because a fence costs as much as everything else that recording does. The drain
//! thread makes up for it with `membarrier(2)`, a fence on behalf of every running thread of the process. Where that
//! does not exist, both sides use a fence.

use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use super::sync::thread;

/// The thread is in no call.
pub(super) const NONE: u64 = 0;
/// The thread enters a call and is about to read the clock.
const ENTERING: u64 = 1;

/// The number of times that the drain thread looks again at a thread that is between two instructions.
const MAX_OBSERVATIONS: u32 = 200;

/// One thread's call; a cache line of its own.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct CallSlot {
    pub(super) in_use: AtomicBool,
    /// [`NONE`], [`ENTERING`], or the clock's reading on entry.
    pub(super) entered: AtomicU64,
}

/// One for each of `N` threads.
#[derive(Debug)]
pub(super) struct CallSlots<const N: usize> {
    pub(super) calls: [CallSlot; N],
    /// One more than the last of them that was ever in_use.
    pub(super) used: AtomicUsize,
}

impl CallSlot {
    /// Enters a call, and returns the clock's reading. `fenced` says whether the kernel fences this thread.
    #[inline]
    pub(super) fn enter(&self, fenced: bool, clock: impl FnOnce() -> u64) -> u64 {
        self.entered.store(ENTERING, Ordering::Relaxed);
        // Makes the store visible to the drain thread before the clock is read.
        if fenced {
            std::sync::atomic::compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
        // Two values of the counter stand for something else; it passes them once, if ever.
        let raw = clock().max(ENTERING + 1);
        self.entered.store(raw, Ordering::Release);
        raw
    }

    /// Returns whether the thread, which must be this one, is inside a call.
    #[inline]
    pub(super) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::Relaxed) != NONE
    }

    #[inline]
    pub(super) fn leave(&self) {
        self.entered.store(NONE, Ordering::Release);
    }

    /// The thread ends.
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
    /// One that no thread has; `None` when all are in_use.
    pub(super) fn acquire(&self) -> Option<&CallSlot> {
        let claim = |call: &CallSlot| {
            !call.in_use.load(Ordering::Relaxed) && !call.in_use.swap(true, Ordering::AcqRel)
        };
        let place = self.calls.iter().position(claim)?;
        self.used.fetch_max(place + 1, Ordering::AcqRel);
        self.calls.get(place)
    }

    /// The latest reading up to which no thread is inside a call that it entered by then, at most `until`. `until` must
    /// have been read before, and `fenced` says that the kernel has fenced all threads since. `None` when a thread was record_send a call all the time: it has been preempted there.
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
