//! The recorder: takes records on the hot path, and hands events to the sinks from a thread of its own.

mod call;
mod clock;
mod command;
mod drain;
mod envelope;
mod handle;
mod in_call;
mod record;
mod registry;
mod shard;
pub(crate) mod sync;

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::sync::Notify;

use crate::event::{Failure, Op, SockId};
use crate::sys;
use command::Commands;
use registry::Registry;
use shard::{Fate, Room, Shard};
use sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use sync::{Mutex, MutexGuard, PoisonError, thread};

pub(crate) use clock::{RawClock, Timeline};
pub(crate) use command::{Command, Reply};
pub(crate) use drain::{Drain, OnError};
pub(crate) use envelope::{Cut, Envelope};
pub(crate) use handle::Recording;
#[cfg(feature = "file")]
pub(crate) use handle::WeakRecording;
pub(crate) use in_call::Entered;
#[cfg(feature = "file")]
pub(crate) use in_call::leave;
pub(crate) use record::Direction;
#[cfg(feature = "file")]
pub(crate) use record::{Moved, Record, Timed};
pub(crate) use shard::Keep;

/// More shards than threads that record at the same time bring nothing. A power of two.
const MOST_SHARDS: usize = 16;

/// A shard takes at least that many lifecycle events between two rounds, however small the buffer for transfers is: some
/// 200 connections, from accept to close.
const LEAST_MILESTONES: usize = 1024;

/// What the hot path shares with the drain thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: RawClock,
    /// The monotonic clock's reading when the recording began.
    start_ns: u64,
    /// Bytes of payload to keep of each transfer; 0 for none.
    capture: usize,
    shards: Box<[Line<Mutex<Shard>>]>,
    /// How many sockets there were.
    socks: AtomicU64,
    /// Open streams. Changed under a shard's lock, together with the record of the event that opens or closes one.
    open: AtomicUsize,
    /// Notified when the last open stream closes.
    closed: Notify,
    /// A shard has become half full since the drain thread last looked.
    pressed: AtomicBool,
    commands: Commands,
    /// Open sockets, for [`Tap::open_sockets`](crate::Tap::open_sockets).
    sockets: Registry,
}

/// A value with cache lines of its own: two threads that use neighbours do not slow each other down.
#[derive(Debug)]
#[repr(align(128))]
struct Line<T>(T);

/// When an operation happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stamp<'a> {
    /// It has just returned: an operation that receives.
    Now,
    /// It was entered then: an operation that sends.
    Entered(&'a Entered),
}

/// What an event does to the number of open streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    Opens,
    Closes,
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
        shard::can_hold(self.events.max(LEAST_MILESTONES), self.payload)
    }
}

impl Recorder {
    /// Sets memory aside for `capacity`, and as much again for the drain thread.
    pub(crate) fn new(clock: RawClock, start_ns: u64, capacity: Capacity) -> Self {
        in_call::prepare();
        let Capacity { capture, events, payload } = capacity;
        let count = shard_count(capacity);
        let room = Room {
            details: (events / count).max(1),
            milestones: (events / count).max(LEAST_MILESTONES),
            payload: if capture == 0 { 0 } else { payload / count },
        };
        Self {
            clock,
            start_ns,
            capture,
            shards: (0..count).map(|_| Line(Mutex::new(Shard::new(room)))).collect(),
            socks: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            closed: Notify::new(),
            pressed: AtomicBool::new(false),
            commands: Commands::new(),
            sockets: Registry::new(),
        }
    }

    pub(crate) fn new_sock(&self) -> SockId {
        SockId::after(self.socks.fetch_add(1, Ordering::Relaxed))
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
    pub(crate) fn enter(&self) -> Entered {
        Entered::now(&self.clock)
    }

    /// Records `bytes` that were read into, or written from, `parts`. Returns the clock's reading.
    #[inline]
    pub(crate) fn transfer<'a>(
        &self,
        sock: SockId,
        direction: Direction,
        size: (usize, u16),
        parts: impl Iterator<Item = &'a [u8]>,
        stamp: Stamp<'_>,
    ) -> u64 {
        let payload = (self.capture > 0).then_some((self.capture, parts));
        let (half_full, raw) = {
            let mut shard = self.shard(stamp);
            let raw = self.stamp(stamp);
            (shard.transfer(raw, sock, direction, size, payload), raw)
        };
        if half_full {
            self.press();
        }
        raw
    }

    /// Records a datagram of so many bytes. Returns the clock's reading.
    pub(crate) fn datagram(
        &self,
        sock: SockId,
        direction: Direction,
        (bytes, envelope): (&[u8], Envelope),
        stamp: Stamp<'_>,
    ) -> u64 {
        let payload = (self.capture > 0).then_some((self.capture, std::iter::once(bytes)));
        let (half_full, raw) = {
            let mut shard = self.shard(stamp);
            let raw = self.stamp(stamp);
            (shard.datagram(raw, sock, direction, (bytes.len(), envelope), payload), raw)
        };
        if half_full {
            self.press();
        }
        raw
    }

    /// Records anything that is not a successful transfer. The number of open streams changes in the same step, so that
    /// the end of the recording sees both or neither.
    pub(crate) fn milestone(
        &self,
        sock: Option<SockId>,
        (op, error): (Op, Option<Failure>),
        (keep, change): (Keep, Change),
        stamp: Stamp<'_>,
    ) -> Outcome {
        let (taken, idle) = {
            let mut shard = self.shard(stamp);
            let raw = self.stamp(stamp);
            let taken = shard.milestone(raw, sock, (op, error), (keep, change));
            (taken, self.change_open(change))
        };
        if idle {
            self.now_idle();
        }
        match taken {
            Fate::HalfFull => self.press(),
            Fate::Yes => {}
            Fate::No => return Outcome::Dropped,
            Fate::Ended => return Outcome::Ended,
        }
        Outcome::Recorded
    }

    /// Counts an operation of a socket that is not in the recording.
    pub(crate) fn missed(&self, op: &Op, failed: bool, change: Change) {
        let idle = {
            let mut shard = self.shard(Stamp::Now);
            shard.missed(op, failed, change);
            self.change_open(change)
        };
        if idle {
            self.now_idle();
        }
    }

    /// Counts a successful transfer of a socket that is not in the recording. Returns the clock's reading.
    pub(crate) fn missed_transfer(&self, direction: Direction, bytes: usize) -> u64 {
        self.shard(Stamp::Now).missed_transfer(direction, bytes as u64);
        self.clock.raw()
    }

    /// Changes the number of open streams, and returns whether none is left.
    fn change_open(&self, change: Change) -> bool {
        match change {
            Change::None => false,
            Change::Opens => {
                self.open.fetch_add(1, Ordering::AcqRel);
                false
            }
            Change::Closes => self.open.fetch_sub(1, Ordering::AcqRel) == 1,
        }
    }

    #[cfg(test)]
    pub(crate) fn open_stream(&self) {
        self.change_open(Change::Opens);
    }

    fn now_idle(&self) {
        self.closed.notify_waiters();
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
            let closed = self.closed.notified();
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

    /// Wakes the drain thread before its time: a buffer is half full.
    #[cold]
    fn press(&self) {
        self.pressed.store(true, Ordering::Release);
        self.commands.wake();
    }

    #[inline]
    fn stamp(&self, stamp: Stamp<'_>) -> u64 {
        match stamp {
            Stamp::Entered(entered) => entered.raw(),
            Stamp::Now => None,
        }
        // Read under the shard's lock, so that the drain thread finds everything up to its own reading.
        .unwrap_or_else(|| self.clock.raw())
    }

    /// The shard of the thread that records.
    #[inline]
    fn shard(&self, stamp: Stamp<'_>) -> MutexGuard<'_, Shard> {
        let thread = match stamp {
            Stamp::Entered(entered) => entered.thread(),
            Stamp::Now => in_call::thread_number(),
        };
        lock(&self.shards[thread & (self.shards.len() - 1)].0)
    }
}

/// A power of two, so that a thread finds its shard without a division, which costs as much as the clock. Fewer when the
/// payload of one transfer would not fit a shard's part of the whole.
fn shard_count(Capacity { capture, payload, .. }: Capacity) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut count = threads.next_power_of_two().min(MOST_SHARDS);
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
mod call_model;

#[cfg(test)]
#[cfg(model)]
mod model;
