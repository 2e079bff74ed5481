//! The recorder: takes records on the hot path, and hands events to the sinks from a thread of its own.

mod call_slot;
mod clock;
mod command;
mod datagram_info;
mod drain;
mod drained_records;
mod entered_call;
mod handle;
mod hot_path;
mod lifecycle_event;
mod record;
mod registry;
mod shard;
pub(crate) mod sync;
mod transfer_record;

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::sync::Notify;

use crate::event::{Failure, Op, SockId};
use crate::sys;
use command::Commands;
use lifecycle_event::PushOutcome;
use registry::Registry;
use shard::{Shard, ShardCapacity};
use sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use sync::{Mutex, MutexGuard, PoisonError, thread};

pub(crate) use clock::{RawClock, Timeline};
pub(crate) use command::{Command, Reply};
pub(crate) use datagram_info::{DatagramInfo, Truncation};
pub(crate) use drain::{Drain, OnError};
pub(crate) use entered_call::EnteredCall;
#[cfg(feature = "file")]
pub(crate) use entered_call::leave;
pub(crate) use handle::Recording;
#[cfg(feature = "file")]
pub(crate) use handle::WeakRecording;
pub(crate) use lifecycle_event::{StreamChange, WhenFull};
pub(crate) use record::Direction;
#[cfg(feature = "file")]
pub(crate) use record::{DrainedTransfer, Record, Timed};

/// More shards than threads that record at the same time bring nothing. A power of two.
const MAX_SHARDS: usize = 16;

/// A shard takes at least that many lifecycle events between two rounds, however small the buffer for transfers is: some
/// 200 connections, from accept to close.
const MIN_LIFECYCLE_EVENTS: usize = 1024;

/// What the hot path shares with the drain thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: RawClock,
    /// The monotonic clock's reading when the recording began.
    start_ns: u64,
    /// Bytes of payload to keep of each transfer; 0 for none.
    capture: usize,
    shards: Box<[CachePadded<Mutex<Shard>>]>,
    /// How many sockets there were.
    sock_count: AtomicU64,
    /// Open streams. Changed under a shard's lock, together with the record of the event that opens or closes one.
    open: AtomicUsize,
    /// Notified when the last open stream closes.
    idle_notify: Notify,
    /// A shard has become half full since the drain thread last looked.
    half_full: AtomicBool,
    commands: Commands,
    /// Open sockets, for [`Tap::open_sockets`](crate::Tap::open_sockets).
    sockets: Registry,
}

/// A value with cache lines of its own: two threads that use neighbours do not slow each other down.
#[derive(Debug)]
#[repr(align(128))]
struct CachePadded<T>(T);

/// When an operation happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stamp<'a> {
    /// It has just returned: an operation that receives.
    Now,
    /// It was entered then: an operation that sends.
    Entered(&'a EnteredCall),
}

/// What became of a lifecycle event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Recorded,
    /// There was no capacity; it was counted.
    Dropped,
    /// The recording has ended.
    Ended,
}

/// How much the recorder keeps until the drain thread comes, and of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Bytes of payload to keep of each transfer; 0 for none.
    pub(crate) capture: usize,
    /// Transfers, and as many lifecycle events.
    pub(crate) events: usize,
    /// Bytes of payload.
    pub(crate) payload: usize,
}

impl Capacity {
    /// Whether so much memory can be asked for at all.
    pub(crate) fn is_possible(self) -> bool {
        shard::can_hold(self.events.max(MIN_LIFECYCLE_EVENTS), self.payload)
    }
}

impl Recorder {
    /// Sets memory aside for `capacity`, and as much again for the drain thread.
    pub(crate) fn new(clock: RawClock, start_ns: u64, capacity: Capacity) -> Self {
        entered_call::prepare();
        let Capacity { capture, events, payload } = capacity;
        let count = shard_count(capacity);
        let shard_capacity = ShardCapacity {
            transfers: (events / count).max(1),
            lifecycle_events: (events / count).max(MIN_LIFECYCLE_EVENTS),
            payload: if capture == 0 { 0 } else { payload / count },
        };
        Self {
            clock,
            start_ns,
            capture,
            shards: (0..count).map(|_| CachePadded(Mutex::new(Shard::new(shard_capacity)))).collect(),
            sock_count: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            idle_notify: Notify::new(),
            half_full: AtomicBool::new(false),
            commands: Commands::new(),
            sockets: Registry::new(),
        }
    }

    pub(crate) fn next_sock_id(&self) -> SockId {
        SockId::after(self.sock_count.fetch_add(1, Ordering::Relaxed))
    }

    /// Nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        sys::monotonic_ns().saturating_sub(self.start_ns)
    }

    /// The time since that reading of the hot path's clock.
    pub(crate) fn elapsed_since(&self, raw: u64) -> Duration {
        self.clock.elapsed_since(raw)
    }

    pub(crate) fn sockets(&self) -> &Registry {
        &self.sockets
    }

    /// Enters a call that sends.
    #[inline]
    pub(crate) fn enter(&self) -> EnteredCall {
        EnteredCall::now(&self.clock)
    }

    /// Changes the number of open streams, and returns whether none is left.
    fn change_open(&self, change: StreamChange) -> bool {
        match change {
            StreamChange::None => false,
            StreamChange::Opens => {
                self.open.fetch_add(1, Ordering::AcqRel);
                false
            }
            StreamChange::Closes => self.open.fetch_sub(1, Ordering::AcqRel) == 1,
        }
    }

    #[cfg(test)]
    pub(crate) fn open_stream(&self) {
        self.change_open(StreamChange::Opens);
    }

    fn notify_idle(&self) {
        self.idle_notify.notify_waiters();
        if self.commands.waits_for_idle() {
            self.commands.wake();
        }
    }

    pub(crate) fn open_streams(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Waits until no stream is open.
    pub(crate) async fn idle(&self) {
        loop {
            let closed = self.idle_notify.notified();
            if self.open_streams() == 0 {
                return;
            }
            closed.await;
        }
    }

    /// Ends the recording: nothing that happens later is in it. Returns how many streams are open at that moment.
    ///
    /// All locks are held at once, so the cut is the same in every shard. A stream whose close came before is in the
    /// recording with that close; any other counts as open.
    fn seal(&self) -> usize {
        let mut shards: Vec<MutexGuard<'_, Shard>> = self.shards.iter().map(|shard| lock(&shard.0)).collect();
        for shard in &mut shards {
            shard.seal();
        }
        self.open_streams()
    }
}

/// A power of two, so that a thread finds its shard without a division, which costs as much as the clock. Fewer when the
/// payload of one transfer would not fit a shard's part of the whole.
fn shard_count(Capacity { capture, payload, .. }: Capacity) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut count = threads.next_power_of_two().min(MAX_SHARDS);
    while count > 1 && payload / count < capture {
        count /= 2;
    }
    count
}

/// What a shard or the command list holds is complete after each single step, also when a panic came after it.
#[inline]
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "overload_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(not(model))]
#[path = "hostile_sink_tests.rs"]
mod hostile_sinks;

#[cfg(test)]
#[cfg(model)]
mod call_slot_model;

#[cfg(test)]
#[cfg(model)]
mod model;
