//! The recorder. The threads of the program record events in buffers (shards), and the drain thread delivers
//! them to the sinks.

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

/// Maximum number of [shards](Shard), which are the buffers of the recording threads. It is a power of two.
/// More shards than recording threads would be of no use.
const MAX_SHARDS: usize = 16;

/// Minimum number of lifecycle events (all events except reads, writes and datagrams) that a shard can hold,
/// even if its buffer for reads and writes is small. It suffices for about 200 connections from accept to
/// close.
const MIN_LIFECYCLE_EVENTS: usize = 1024;

/// The state that the recording threads share with the drain thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: RawClock,
    /// Time of the monotonic clock at the start of the recording, in nanoseconds.
    start_ns: u64,
    /// Maximum number of payload bytes to capture of each read, write or datagram. 0 captures none.
    pub(crate) capture: usize,
    pub(crate) masks: Masks,
    shards: Box<[CachePadded<Mutex<Shard>>]>,
    /// Number of sockets that were created so far.
    sock_count: AtomicU64,
    /// Number of open streams. A thread changes it while it holds the lock of its shard to record the event
    /// that opens or closes a stream.
    open: AtomicUsize,
    /// Notified when the last open stream closes.
    idle_notify: Notify,
    /// Set when a shard becomes half full, so that the drain thread empties the shards before its interval
    /// has passed. The drain thread clears the flag.
    half_full: AtomicBool,
    commands: Commands,
    /// Open sockets, for [`Tap::open_sockets`](crate::Tap::open_sockets).
    sockets: Registry,
}

/// A value on cache lines of its own, so that threads that use neighboring values do not slow each other
/// down.
#[derive(Debug)]
#[repr(align(128))]
struct CachePadded<T>(T);

/// A choice of the time with which an event is recorded: the current time, or the time at which its socket
/// call was entered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stamp<'a> {
    /// The current time. Used when a socket call that receives has returned.
    Now,
    /// The time at which the socket call was entered. Used for a socket call that sends.
    Entered(&'a EnteredCall),
}

/// The capacity of the recorder's buffers, summed over all [shards](Shard).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Maximum number of payload bytes to capture of each read, write or datagram. 0 captures none.
    pub(crate) capture: usize,
    /// Number of reads, writes and datagrams that the buffers can hold. They can also hold at least as many
    /// lifecycle events.
    pub(crate) events: usize,
    /// Number of payload bytes that the buffers can hold.
    pub(crate) payload: usize,
}

impl Capacity {
    /// Returns `true` if buffers of this capacity fit into the address space.
    pub(crate) fn is_possible(self) -> bool {
        shard::can_hold(self.events.max(MIN_LIFECYCLE_EVENTS), self.payload)
    }
}

impl Recorder {
    /// Creates a recorder and allocates its buffers.
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

    /// Returns the current time, in nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        sys::monotonic_ns().saturating_sub(self.start_ns)
    }

    /// Returns the time that has passed since the [fast clock](RawClock) had the value `raw`.
    pub(crate) fn elapsed_since(&self, raw: u64) -> Duration {
        self.clock.elapsed_since(raw)
    }

    pub(crate) fn sockets(&self) -> &Registry {
        &self.sockets
    }

    /// Marks the current thread as being in a socket call that sends, until the returned value is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> EnteredCall {
        EnteredCall::now(&self.clock)
    }

    /// Applies the change to the number of open streams. Returns `true` if the number becomes zero.
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

    /// Ends the recording: later events are ignored. Returns the number of streams that are open at this
    /// moment.
    ///
    /// It holds the locks of all [shards](Shard) at once, so that the recording ends at the same moment for
    /// all threads. Each stream therefore either has its close in the recording, or counts as open.
    fn seal(&self) -> usize {
        let mut shards: Vec<MutexGuard<'_, Shard>> = self.shards.iter().map(|shard| lock(&shard.0)).collect();
        for shard in &mut shards {
            shard.seal();
        }
        self.open_streams()
    }
}

/// Returns the number of [shards](Shard) into which buffers of this capacity are divided. It is a power of
/// two, so that selecting a shard needs no division, which would cost as much as reading the clock. If the
/// payload of one read or write would not fit into a shard, there are fewer and larger shards.
fn shard_count(Capacity { capture, payload, .. }: Capacity) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut count = threads.next_power_of_two().min(MAX_SHARDS);
    while count > 1 && payload / count < capture {
        count /= 2;
    }
    count
}

/// Locks `mutex`, even if it is poisoned. The value is consistent even then: no step of a change to a shard
/// or to the command queue leaves it inconsistent, so a panic between two steps does not either.
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
