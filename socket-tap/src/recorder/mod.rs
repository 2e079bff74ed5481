//! The recorder: takes records on the hot path, hands events to the sinks from a thread of its own.

mod clock;
mod drain;
mod envelope;
mod record;
mod shard;

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use quanta::Clock;
use tokio::sync::Notify;

use crate::event::{Failure, Op, SockId};
use shard::{Room, Shard, Taken};

pub(crate) use clock::Timeline;
pub(crate) use drain::{Command, Drain};
pub(crate) use envelope::{Cut, Envelope};
pub(crate) use record::Direction;
pub(crate) use shard::Keep;

/// More shards than threads that record at the same time bring nothing. A power of two.
const MOST_SHARDS: usize = 16;

/// A shard takes in at least that many milestones between two rounds, however small the buffer for transfers is: some
/// 200 connections, from accept to close.
const LEAST_MILESTONES: usize = 1024;

/// What the hot path shares with the drain thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    clock: Clock,
    /// Bytes of payload to keep of each transfer; 0 for none.
    capture: usize,
    shards: Box<[Mutex<Shard>]>,
    /// How many sockets there were.
    socks: AtomicU64,
    /// Streams that are open, and who waits for them to close.
    open: AtomicUsize,
    closed: Notify,
    /// No event is taken any more.
    finished: AtomicBool,
    /// What the drain thread is asked for; `None` when it has ended.
    commands: Mutex<Option<Vec<Command>>>,
    wake: Condvar,
}

impl Recorder {
    /// `details` transfers and `payload` bytes are set aside in all, and as much again for the drain thread. As many
    /// milestones as transfers may wait.
    pub(crate) fn new(clock: Clock, capture: usize, details: usize, payload: usize) -> Self {
        // A power of two, so that a thread finds its shard without a division, which costs as much as the clock.
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let count = threads.next_power_of_two().min(MOST_SHARDS);
        let room = Room {
            details: (details / count).max(1),
            milestones: (details / count).max(LEAST_MILESTONES),
            payload: if capture == 0 { 0 } else { (payload / count).max(capture) },
        };
        Self {
            clock,
            capture,
            shards: (0..count).map(|_| Mutex::new(Shard::new(room))).collect(),
            socks: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            closed: Notify::new(),
            finished: AtomicBool::new(false),
            commands: Mutex::new(Some(Vec::new())),
            wake: Condvar::new(),
        }
    }

    pub(crate) fn new_sock(&self) -> SockId {
        SockId::after(self.socks.fetch_add(1, Ordering::Relaxed))
    }

    /// Records `bytes` that were read into, or written from, `parts`.
    #[inline]
    pub(crate) fn transfer<'a>(
        &self,
        sock: SockId,
        direction: Direction,
        size: (usize, u16),
        parts: impl Iterator<Item = &'a [u8]>,
    ) {
        if self.finished.load(Ordering::Relaxed) {
            return;
        }
        let payload = (self.capture > 0).then_some((self.capture, parts));
        let half_full = {
            let mut shard = self.shard();
            // Under the lock, so that what a shard holds is in the order of time.
            let raw = self.clock.raw();
            shard.transfer(raw, sock, direction, size, payload)
        };
        if half_full {
            self.wake.notify_one();
        }
    }

    /// Records a datagram of so many bytes.
    pub(crate) fn datagram(&self, sock: SockId, direction: Direction, (bytes, envelope): (&[u8], Envelope)) {
        if self.finished.load(Ordering::Relaxed) {
            return;
        }
        let payload = (self.capture > 0).then_some((self.capture, std::iter::once(bytes)));
        let half_full = {
            let mut shard = self.shard();
            let raw = self.clock.raw();
            shard.datagram(raw, sock, direction, (bytes.len(), envelope), payload)
        };
        if half_full {
            self.wake.notify_one();
        }
    }

    /// Records anything that is not a successful transfer, and says whether it could.
    pub(crate) fn milestone(&self, sock: Option<SockId>, op: Op, error: Option<Failure>, keep: Keep) -> bool {
        if self.finished.load(Ordering::Relaxed) {
            return true;
        }
        let taken = {
            let mut shard = self.shard();
            let raw = self.clock.raw();
            shard.milestone(raw, sock, (op, error), keep)
        };
        if taken == Taken::HalfFull {
            self.wake.notify_one();
        }
        taken != Taken::No
    }

    /// Counts an operation of a socket that was not taken in.
    pub(crate) fn missed(&self, op: &Op, failed: bool) {
        if !self.finished.load(Ordering::Relaxed) {
            self.shard().missed(op, failed);
        }
    }

    /// Counts a successful transfer of a socket that was not taken in.
    pub(crate) fn missed_transfer(&self, direction: Direction, bytes: usize) {
        if !self.finished.load(Ordering::Relaxed) {
            self.shard().missed_transfer(direction, bytes as u64);
        }
    }

    pub(crate) fn stream_opened(&self) {
        self.open.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn stream_closed(&self) {
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.closed.notify_waiters();
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

    /// This thread's shard.
    #[inline]
    fn shard(&self) -> MutexGuard<'_, Shard> {
        // A constant to begin with: what is made on first use is asked for on every use whether it is there.
        thread_local! {
            static THREAD: Cell<usize> = const { Cell::new(NO_NUMBER) };
        }
        let thread = THREAD.try_with(|thread| match thread.get() {
            NO_NUMBER => number(thread),
            number => number,
        });
        // A thread that is being torn down has no number any more.
        let thread = thread.unwrap_or(0);
        lock(&self.shards[thread & (self.shards.len() - 1)])
    }
}

const NO_NUMBER: usize = usize::MAX;

/// Numbers the threads in the order in which they first record.
#[cold]
fn number(thread: &Cell<usize>) -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread.set(NEXT.fetch_add(1, Ordering::Relaxed));
    thread.get()
}

/// Whatever a shard or the command list holds is whole after each single step, also when a panic came after it.
#[inline]
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "overload_tests.rs"]
mod tests;
