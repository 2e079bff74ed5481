//! Which threads are inside a call that sends, and since when.
//!
//! A write is stamped when it is entered, so that its time lies before that of the peer's read. Its record reaches a
//! shard only when it returns. The drain thread must not hand on anything later before that, or the recording would
//! run back in time. So each thread publishes when it entered its call, and the drain thread holds back what is later.
//!
//! The thread publishes with plain stores, because a fence costs as much as everything else that recording does. The drain
//! thread makes up for it with `membarrier(2)`, a fence on behalf of every running thread of the process. Where that
//! does not exist, both sides use a fence.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence};

use super::clock::RawClock;
use crate::sys;

/// Threads that can be inside a call at the same time and be stamped on entry. Further ones are stamped on return.
const MOST_CALLS: usize = 1024;

/// The thread is in no call.
const NONE: u64 = 0;
/// The thread enters a call and is about to read the clock.
const ENTERING: u64 = 1;

/// One thread's call; a cache line of its own.
#[derive(Debug)]
#[repr(align(64))]
struct Call {
    taken: AtomicBool,
    /// [`NONE`], [`ENTERING`], or the clock's reading on entry.
    entered: AtomicU64,
}

static CALLS: [Call; MOST_CALLS] =
    [const { Call { taken: AtomicBool::new(false), entered: AtomicU64::new(NONE) } }; MOST_CALLS];

/// One more than the last place in [`CALLS`] that was ever taken.
static USED: AtomicUsize = AtomicUsize::new(0);

/// Threads in the order in which they first recorded.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// What a thread knows of itself; nothing before its first event.
struct Thread {
    number: Cell<usize>,
    call: Cell<Option<&'static Call>>,
}

const NO_NUMBER: usize = usize::MAX;

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.entered.store(NONE, Ordering::Release);
            call.taken.store(false, Ordering::Release);
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
            NO_NUMBER => self.introduce(),
            number => number,
        }
    }

    #[cold]
    fn introduce(&self) -> usize {
        self.number.set(THREADS.fetch_add(1, Ordering::Relaxed));
        for (place, call) in CALLS.iter().enumerate() {
            if !call.taken.load(Ordering::Relaxed) && !call.taken.swap(true, Ordering::AcqRel) {
                USED.fetch_max(place + 1, Ordering::AcqRel);
                self.call.set(Some(call));
                break;
            }
        }
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
pub(crate) struct Entered {
    /// The clock's reading on entry; `None` when the call is to be stamped on return.
    raw: Option<u64>,
    /// `None` inside another call, which was entered earlier and so holds back all that this one must.
    call: Option<&'static Call>,
    thread: usize,
}

impl Entered {
    /// Enters a call now.
    #[inline]
    pub(super) fn now(clock: &RawClock) -> Self {
        THREAD
            .try_with(|thread| {
                let number = thread.number();
                let Some(call) = thread.call.get() else {
                    return Self { raw: None, call: None, thread: number };
                };
                if call.entered.load(Ordering::Relaxed) != NONE {
                    return Self { raw: Some(clock.raw()), call: None, thread: number };
                }
                call.entered.store(ENTERING, Ordering::Relaxed);
                publish();
                // Two values of the counter stand for something else; it passes them once, if ever.
                let raw = clock.raw().max(ENTERING + 1);
                call.entered.store(raw, Ordering::Release);
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

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.call {
            call.entered.store(NONE, Ordering::Release);
        }
    }
}

/// Leaves this thread's call early: a panic inside it is about to wait for the drain thread.
#[cfg(feature = "file")]
pub(crate) fn leave() {
    let _ = THREAD.try_with(|thread| {
        if let Some(call) = thread.call.get() {
            call.entered.store(NONE, Ordering::Release);
        }
    });
}

/// Whether the kernel fences other threads for us. Decided before the first recording starts.
static FENCED_BY_KERNEL: AtomicBool = AtomicBool::new(false);

/// Prepares the process; to be called before anything is recorded.
pub(super) fn prepare() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| FENCED_BY_KERNEL.store(sys::prepare_to_fence_all_threads(), Ordering::Release));
}

/// Makes the store before it visible to [`entered_since`] before the clock is read.
#[inline]
fn publish() {
    if FENCED_BY_KERNEL.load(Ordering::Relaxed) {
        compiler_fence(Ordering::SeqCst);
    } else {
        fence(Ordering::SeqCst);
    }
}

/// How often the drain thread looks again at a thread that is between two instructions.
const LOOKS: u32 = 200;

/// The latest reading up to which no thread is inside a call that it entered by then, at most `until`. `until` must have
/// been read before. `None` when a thread was entering a call all the time: it has been preempted there.
pub(super) fn complete_up_to(until: u64) -> Option<u64> {
    if FENCED_BY_KERNEL.load(Ordering::Relaxed) {
        sys::fence_all_threads();
    } else {
        fence(Ordering::SeqCst);
    }
    let used = USED.load(Ordering::Acquire).min(MOST_CALLS);
    CALLS[..used].iter().try_fold(until, |until, call| match entered(call)? {
        NONE => Some(until),
        raw => Some(until.min(raw - 1)),
    })
}

fn entered(call: &Call) -> Option<u64> {
    for _ in 0..LOOKS {
        match call.entered.load(Ordering::Acquire) {
            ENTERING => std::thread::yield_now(),
            known => return Some(known),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_in_progress_holds_back_what_is_later() {
        prepare();
        let clock = RawClock::new();
        let call = Entered::now(&clock);
        let nested = Entered::now(&clock);
        let entry = call.raw().unwrap();
        assert!(nested.raw().unwrap() >= entry);
        drop(nested);
        // Other tests of this process are in calls of their own.
        assert!(complete_up_to(u64::MAX).unwrap() < entry);
        drop(call);
        assert_eq!(THREAD.with(|thread| thread.call.get().unwrap().entered.load(Ordering::Relaxed)), NONE);
    }

    #[test]
    fn a_thread_that_ends_gives_its_place_back() {
        let clock = RawClock::new();
        for _ in 0..2 * MOST_CALLS {
            let clock = clock.clone();
            let stamped = std::thread::spawn(move || Entered::now(&clock).raw().is_some());
            assert!(stamped.join().unwrap());
        }
    }
}
