//! The threads that are inside a call that sends, and the time of their entry.
//!
//! A write is stamped on entry, so that its time precedes that of the peer's read. Its record reaches a shard only when
//! the call returns. Until then the drain thread must not deliver later records, or time would run backwards in the
//! recording. Each thread therefore publishes the entry of its call, and the drain thread holds back later records.

use std::cell::Cell;

use super::call_slot::{CallSlot, CallSlots, NONE};
use super::clock::RawClock;
use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use super::sync::{Once, thread_local};
use crate::sys;

/// Number of threads whose calls can be stamped on entry at the same time. Calls of further threads are stamped on
/// return.
const MAX_CALLS: usize = if cfg!(all(test, model)) { 4 } else { 1024 };

static CALLS: CallSlots<MAX_CALLS> = CallSlots {
    calls: [const { CallSlot { in_use: AtomicBool::new(false), entered: AtomicU64::new(NONE) } }; MAX_CALLS],
    used: AtomicUsize::new(0),
};

/// Number of threads that have recorded an event.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// The number of a thread and its slot. Both are unset before its first event.
struct Thread {
    number: Cell<usize>,
    call: Cell<Option<&'static CallSlot>>,
}

const NO_NUMBER: usize = usize::MAX;

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.free();
        }
    }
}

thread_local! {
    static THREAD: Thread = const { Thread { number: Cell::new(NO_NUMBER), call: Cell::new(None) } };
}

impl Thread {
    #[inline]
    fn number(&self) -> usize {
        match self.number.get() {
            NO_NUMBER => self.register(),
            number => number,
        }
    }

    #[cold]
    fn register(&self) -> usize {
        self.number.set(THREADS.fetch_add(1, Ordering::Relaxed));
        self.call.set(CALLS.acquire());
        self.number.get()
    }
}

/// Returns the number of this thread, which selects its shard.
#[inline]
pub(super) fn thread_number() -> usize {
    // Thread-local storage may already be destroyed.
    THREAD.try_with(Thread::number).unwrap_or(0)
}

/// A call that this thread has entered. Dropping it leaves the call.
#[derive(Debug)]
pub(crate) struct EnteredCall {
    /// The clock reading on entry; `None` if the call is stamped on return.
    raw: Option<u64>,
    /// `None` for a nested call: the outer call, which was entered earlier, already holds back later records.
    call: Option<&'static CallSlot>,
    thread: usize,
}

impl EnteredCall {
    /// Enters a call.
    #[inline]
    pub(super) fn now(clock: &RawClock) -> Self {
        THREAD
            .try_with(|thread| {
                let number = thread.number();
                let Some(call) = thread.call.get() else {
                    return Self { raw: None, call: None, thread: number };
                };
                if call.is_entered() {
                    return Self { raw: Some(clock.raw()), call: None, thread: number };
                }
                let raw = call.enter(FENCED_BY_KERNEL.load(Ordering::Relaxed), || clock.raw());
                Self { raw: Some(raw), call: Some(call), thread: number }
            })
            .unwrap_or(Self { raw: None, call: None, thread: 0 })
    }

    pub(super) fn raw(&self) -> Option<u64> {
        self.raw
    }

    pub(super) fn thread(&self) -> usize {
        self.thread
    }
}

impl Drop for EnteredCall {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.call {
            call.leave();
        }
    }
}

/// Leaves this thread's call early, because a panic inside it is about to wait for the drain thread.
#[cfg(feature = "file")]
pub(crate) fn leave() {
    let _ = THREAD.try_with(|thread| {
        if let Some(call) = thread.call.get() {
            call.leave();
        }
    });
}

/// `true` if the kernel fences other threads (`membarrier(2)`). Set before the first recording starts, and cleared if
/// the kernel later refuses.
static FENCED_BY_KERNEL: AtomicBool = AtomicBool::new(false);

/// Registers the process with the kernel, before anything is recorded.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| FENCED_BY_KERNEL.store(sys::prepare_to_fence_all_threads(), Ordering::Release));
}

/// Returns the latest reading, at most `until`, up to which every entered call has been left. `until` must have been
/// read before. Returns `None` if a thread was entering a call during all attempts, because it has been preempted
/// there.
pub(super) fn complete_up_to(until: u64) -> Option<u64> {
    let fenced = FENCED_BY_KERNEL.load(Ordering::Relaxed);
    if fenced && !sys::fence_all_threads() {
        // A seccomp filter refuses the system call now. From here on threads use fences; values that were published
        // without one are visible by the next round.
        FENCED_BY_KERNEL.store(false, Ordering::Release);
        return None;
    }
    CALLS.complete_up_to(fenced, until)
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "entered_call_tests.rs"]
mod tests;
