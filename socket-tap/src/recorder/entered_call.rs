//! Which threads are inside a call that sends, and since when.
//!
//! A write is stamped when it is entered, so that its time lies before that of the peer's read. Its record reaches a
//! shard only when it returns. The drain thread must not hand on anything later before that, or the recording would
//! run back in time. So each thread publishes when it entered its call, and the drain thread holds back what is later.

use std::cell::Cell;

use super::call_slot::{CallSlot, CallSlots, NONE};
use super::clock::RawClock;
use super::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use super::sync::{Once, thread_local};
use crate::sys;

/// Threads that can be inside a call at the same time and be stamped on entry. Further ones are stamped on return.
const MAX_CALLS: usize = if cfg!(all(test, model)) { 4 } else { 1024 };

static CALLS: CallSlots<MAX_CALLS> = CallSlots {
    calls: [const { CallSlot { in_use: AtomicBool::new(false), entered: AtomicU64::new(NONE) } }; MAX_CALLS],
    used: AtomicUsize::new(0),
};

/// Threads in the order in which they first recorded.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// A thread's number and its call; empty before its first event.
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

/// The number of this thread, to find its shard.
#[inline]
pub(super) fn thread_number() -> usize {
    // A thread that is being torn down has no number any more.
    THREAD.try_with(Thread::number).unwrap_or(0)
}

/// A call that this thread has entered and not left. Dropping it leaves the call.
#[derive(Debug)]
pub(crate) struct EnteredCall {
    /// The clock's reading on entry; `None` when the call is to be stamped on return.
    raw: Option<u64>,
    /// `None` inside another call, which was entered earlier and so holds back all that this one must.
    call: Option<&'static CallSlot>,
    thread: usize,
}

impl EnteredCall {
    /// Enters a call now.
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

/// Leaves this thread's call early: a panic inside it is about to wait for the drain thread.
#[cfg(feature = "file")]
pub(crate) fn leave() {
    let _ = THREAD.try_with(|thread| {
        if let Some(call) = thread.call.get() {
            call.leave();
        }
    });
}

/// True if the kernel fences other threads for us. Decided before the first recording starts, and given up when the kernel
/// refuses later.
static FENCED_BY_KERNEL: AtomicBool = AtomicBool::new(false);

/// Prepares the process; to be called before anything is recorded.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| FENCED_BY_KERNEL.store(sys::prepare_to_fence_all_threads(), Ordering::Release));
}

/// The latest reading up to which no thread is inside a call that it entered by then, at most `until`. `until` must have
/// been read before. `None` when a thread was record_send a call all the time: it has been preempted there.
pub(super) fn complete_up_to(until: u64) -> Option<u64> {
    let fenced = FENCED_BY_KERNEL.load(Ordering::Relaxed);
    if fenced && !sys::fence_all_threads() {
        // The program has a seccomp filter by now that refuses it. From here on the threads use fences; what they published
        // without one is visible by the next round.
        FENCED_BY_KERNEL.store(false, Ordering::Release);
        return None;
    }
    CALLS.complete_up_to(fenced, until)
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "entered_call_tests.rs"]
mod tests;
