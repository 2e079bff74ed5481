//! Keeps track of the threads that are in a socket call that sends, and of the times at which they entered
//! it.
//!
//! A write is recorded with the time at which it was entered, so that it precedes the peer's read. But the
//! recording thread stores it in a shard (a buffer) only when the call returns. Until then the drain thread
//! must not deliver events with later times, because the sinks receive events in the order of their times.
//! Each thread therefore publishes the time at which it entered its socket call, and the drain thread holds
//! back later events.

use std::cell::Cell;

use super::call_slot::{CallSlot, CallSlots, NONE};
use super::clock::RawClock;
use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use super::sync::{Once, thread_local};
use crate::sys;

/// Maximum number of threads that have a slot. A thread without a slot records its socket calls with the time
/// at which they return, instead of the time at which it entered them.
const MAX_CALLS: usize = if cfg!(all(test, model)) { 4 } else { 1024 };

static CALLS: CallSlots<MAX_CALLS> = CallSlots {
    calls: [const { CallSlot { in_use: AtomicBool::new(false), entered: AtomicU64::new(NONE) } }; MAX_CALLS],
    used: AtomicUsize::new(0),
};

/// Number of threads that have recorded an event so far. The next thread gets it as its number.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// The number of a thread, and its [`CallSlot`]. Both are assigned when the thread records its first event.
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

/// Returns the number of the current thread, which determines the shard that it records to.
#[inline]
pub(super) fn thread_number() -> usize {
    // Thread-local storage may already be destroyed.
    THREAD.try_with(Thread::number).unwrap_or(0)
}

/// A guard that marks the current thread as being inside a socket call that sends, such as `write`. Dropping
/// it marks the call as returned.
#[derive(Debug)]
pub(crate) struct EnteredCall {
    /// Time of the [fast clock](RawClock) at which the socket call was entered. `None` if the thread has no
    /// slot; the call is then recorded with the time of its return.
    raw: Option<u64>,
    /// Slot that holds the time at which the socket call was entered. `None` if the thread has no slot. Also
    /// `None` for a socket call within another one: the outer call already holds back later records.
    call: Option<&'static CallSlot>,
    thread: usize,
}

impl EnteredCall {
    /// Marks the current thread as being in a socket call that sends, and reads the time of the entry from
    /// `clock`.
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

/// Marks the socket call of the current thread as returned, although it is still in progress. The panic hook
/// calls this before it waits for the drain thread, which would otherwise wait for the socket call.
#[cfg(feature = "file")]
pub(crate) fn leave() {
    let _ = THREAD.try_with(|thread| {
        if let Some(call) = thread.call.get() {
            call.leave();
        }
    });
}

/// `true` if the kernel runs memory fences on other threads (`membarrier(2)`). Set before the first recording
/// starts; cleared if the kernel refuses the system call later.
static FENCED_BY_KERNEL: AtomicBool = AtomicBool::new(false);

/// Registers the process with the kernel for `membarrier(2)`. Called before the first event is recorded.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| FENCED_BY_KERNEL.store(sys::prepare_to_fence_all_threads(), Ordering::Release));
}

/// Returns a time up to which no socket call that sends is in progress: every such call that was entered at
/// this time or earlier has returned. All times are values of the [fast clock](RawClock). The time is at most
/// `until`, which the caller must have read from the clock before.
///
/// Returns `None` if no such time can be determined, for example because a thread was preempted just before
/// it read the clock for its call.
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
