//! The recorder: takes records on the hot path, and delivers events to the sinks from the drain thread.

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
use crate::payload_mask::Masks;
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
pub(crate) use lifecycle_event::{Outcome, StreamChange, WhenFull};
pub(crate) use record::Direction;
#[cfg(feature = "file")]
pub(crate) use record::{DrainedTransfer, Record, Timed};

/// Maximum number of shards, a power of two. More shards than recording threads have no benefit.
const MAX_SHARDS: usize = 16;

/// Minimum capacity of a shard for lifecycle events, however small the buffer for transfers is. It suffices for about
/// 200 connections, from accept to close.
const MIN_LIFECYCLE_EVENTS: usize = 1024;

/// The state that the hot path shares with the drain thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: RawClock,
    /// The monotonic clock's reading at the start of the recording.
    start_ns: u64,
    /// Number of bytes to capture of each transfer; 0 for none.
    pub(crate) capture: usize,
    pub(crate) masks: Masks,
    shards: Box<[CachePadded<Mutex<Shard>>]>,
    /// Number of sockets so far.
    sock_count: AtomicU64,
    /// Number of open streams. Changed under a shard's lock, together with the record of the event that opens or closes
    /// one.
    open: AtomicUsize,
    /// Notified when the last open stream closes.
    idle_notify: Notify,
    /// Set when a shard becomes half full, and cleared by the drain thread.
    half_full: AtomicBool,
    commands: Commands,
    /// Open sockets, for [`Tap::open_sockets`](crate::Tap::open_sockets).
    sockets: Registry,
}

/// A value with its own cache lines, so that threads that use neighboring values do not slow each other down.
#[derive(Debug)]
#[repr(align(128))]
struct CachePadded<T>(T);

/// The source of an event's time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stamp<'a> {
    /// Now: the operation has just returned, and receives.
    Now,
    /// The entry of the call: the operation sends.
    Entered(&'a EnteredCall),
}

/// The capacity of the recorder's buffers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Number of bytes to capture of each transfer; 0 for none.
    pub(crate) capture: usize,
    /// Number of transfers, and number of lifecycle events.
    pub(crate) events: usize,
    /// Number of payload bytes.
    pub(crate) payload: usize,
}

impl Capacity {
    /// Returns `true` if the address space is large enough.
    pub(crate) fn is_possible(self) -> bool {
        shard::can_hold(self.events.max(MIN_LIFECYCLE_EVENTS), self.payload)
    }
}

impl Recorder {
    /// Allocates buffers of `capacity`, and as much again for the drain thread.
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
            masks: Masks::default(),
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

    /// Returns the nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        sys::monotonic_ns().saturating_sub(self.start_ns)
    }

    /// Returns the time since the reading `raw` of the hot path's clock.
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

    /// Changes the number of open streams, and returns `true` if it becomes zero.
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

    /// Ends the recording, so that it contains no later event. Returns the number of open streams at that moment.
    ///
    /// Holds all locks at once, so that the end is the same in every shard. A stream either has its close in the
    /// recording or counts as open.
    fn seal(&self) -> usize {
        let mut shards: Vec<MutexGuard<'_, Shard>> = self.shards.iter().map(|shard| lock(&shard.0)).collect();
        for shard in &mut shards {
            shard.seal();
        }
        self.open_streams()
    }
}

/// Returns the number of shards: a power of two, so that selecting one needs no division, which costs as much as the
/// clock. There are fewer shards if the payload of one transfer would not fit.
fn shard_count(Capacity { capture, payload, .. }: Capacity) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut count = threads.next_power_of_two().min(MAX_SHARDS);
    while count > 1 && payload / count < capture {
        count /= 2;
    }
    count
}

/// Ignores poisoning: every single step leaves a shard or the command queue consistent.
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
