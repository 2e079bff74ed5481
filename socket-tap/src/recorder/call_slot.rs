//! A slot per thread in which the thread publishes the time at which it entered a socket call that sends. The
//! drain thread reads the slots.
//!
//! A thread publishes with plain stores, because a memory fence would cost as much as all other steps of
//! recording an event. Instead the drain thread calls `membarrier(2)`, which runs a fence on every running
//! thread of the process. On systems without it, the recording threads and the drain thread run fences
//! themselves.

use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use super::sync::thread;

/// Value of a slot whose thread is not in a socket call that sends.
pub(super) const NONE: u64 = 0;
/// Value of a slot whose thread is entering a socket call that sends, and is about to read the clock.
const ENTERING: u64 = 1;

/// Number of times that the drain thread reads a slot whose value stays [`ENTERING`], before it gives up.
const MAX_OBSERVATIONS: u32 = 200;

/// A slot in which one thread publishes the time at which it entered a socket call that sends. It is on a
/// cache line of its own, so that threads do not slow each other down.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct CallSlot {
    pub(super) in_use: AtomicBool,
    /// [`NONE`], [`ENTERING`], or the time at which the thread entered its socket call.
    pub(super) entered: AtomicU64,
}

/// A [`CallSlot`] for each of up to `N` threads.
#[derive(Debug)]
pub(super) struct CallSlots<const N: usize> {
    pub(super) calls: [CallSlot; N],
    /// Number of slots that the drain thread has to check: all up to the highest index that was ever in use.
    pub(super) used: AtomicUsize,
}

impl CallSlot {
    /// Marks the thread as being in a socket call: reads the time from `clock`, stores it in the slot, and
    /// returns it. If `fenced` is `true`, this thread needs no memory fence of its own, because the drain
    /// thread runs one for all threads with `membarrier(2)`.
    #[inline]
    pub(super) fn enter(&self, fenced: bool, clock: impl FnOnce() -> u64) -> u64 {
        self.entered.store(ENTERING, Ordering::Relaxed);
        // The store must be visible to the drain thread before the clock is read.
        if fenced {
            std::sync::atomic::compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
        // `NONE` and `ENTERING` are not valid readings. The counter passes these values once, if ever.
        let raw = clock().max(ENTERING + 1);
        self.entered.store(raw, Ordering::Release);
        raw
    }

    /// Returns `true` if the thread is in a socket call that sends. Only the thread that owns the slot may
    /// call this.
    #[inline]
    pub(super) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::Relaxed) != NONE
    }

    #[inline]
    pub(super) fn leave(&self) {
        self.entered.store(NONE, Ordering::Release);
    }

    /// Frees the slot when its thread ends, so that another thread can acquire it.
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
    /// Acquires a free slot for the current thread. Returns `None` if all slots are in use.
    pub(super) fn acquire(&self) -> Option<&CallSlot> {
        let claim = |call: &CallSlot| {
            !call.in_use.load(Ordering::Relaxed) && !call.in_use.swap(true, Ordering::AcqRel)
        };
        let place = self.calls.iter().position(claim)?;
        self.used.fetch_max(place + 1, Ordering::AcqRel);
        self.calls.get(place)
    }

    /// Returns a time up to which no socket call is in progress: every call that was entered at this time or
    /// earlier has returned. The time is at most `until`, which the caller must have read from the clock
    /// before. `fenced` is `true` if `membarrier(2)` has fenced all threads since then.
    ///
    /// Returns `None` if a slot has the value [`ENTERING`] at each attempt to read it, for example because
    /// its thread was preempted just before it read the clock.
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
