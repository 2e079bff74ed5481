//! Functions that record an event, called on the threads of the recorded program.

use super::*;

impl Recorder {
    /// Records a read or write of the bytes in `parts`. `size` consists of the number of bytes, and the
    /// number of buffers of a vectored write (0 for a plain write). Returns the recorded time, on the [fast
    /// clock](RawClock).
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
            self.signal_half_full();
        }
        raw
    }

    /// Records a sent or received datagram. Returns the recorded time, on the [fast clock](RawClock).
    pub(crate) fn datagram(
        &self,
        sock: SockId,
        direction: Direction,
        (bytes, info): (&[u8], DatagramInfo),
        stamp: Stamp<'_>,
    ) -> u64 {
        let payload = (self.capture > 0).then_some((self.capture, std::iter::once(bytes)));
        let (half_full, raw) = {
            let mut shard = self.shard(stamp);
            let raw = self.stamp(stamp);
            (shard.datagram(raw, sock, direction, (bytes.len(), info), payload), raw)
        };
        if half_full {
            self.signal_half_full();
        }
        raw
    }

    /// Records any event except a successful read, write or datagram. Also applies `change` to the number of
    /// open streams. Both happen while the lock of the shard is held, so that the end of the recording, which
    /// takes this lock, cannot come between them.
    pub(crate) fn lifecycle_event(
        &self,
        sock: Option<SockId>,
        (op, error): (Op, Option<Failure>),
        (keep, change): (WhenFull, StreamChange),
        stamp: Stamp<'_>,
    ) -> Outcome {
        let (taken, idle) = {
            let mut shard = self.shard(stamp);
            let raw = self.stamp(stamp);
            let taken = shard.lifecycle_event(raw, sock, (op, error), (keep, change));
            (taken, self.change_open(change))
        };
        if idle {
            self.notify_idle();
        }
        match taken {
            PushOutcome::HalfFull => self.signal_half_full(),
            PushOutcome::Recorded => {}
            PushOutcome::Dropped => return Outcome::Dropped,
            PushOutcome::Ended => return Outcome::Ended,
        }
        Outcome::Recorded
    }

    /// Counts the operation `op` of a socket whose events are dropped because the recorder was overloaded.
    /// Also applies `change` to the number of open streams.
    pub(crate) fn count_dropped(&self, op: &Op, failed: bool, change: StreamChange) {
        let idle = {
            let mut shard = self.shard(Stamp::Now);
            shard.count_dropped(op, failed, change);
            self.change_open(change)
        };
        if idle {
            self.notify_idle();
        }
    }

    /// Counts a successful read, write or datagram of a socket whose events are dropped because the recorder
    /// was overloaded. Returns the current time of the [fast clock](RawClock).
    pub(crate) fn count_dropped_transfer(&self, direction: Direction, bytes: usize) -> u64 {
        self.shard(Stamp::Now).count_dropped_transfer(direction, bytes as u64);
        self.clock.raw()
    }

    /// Wakes the drain thread early, because a buffer is half full.
    #[cold]
    fn signal_half_full(&self) {
        self.half_full.store(true, Ordering::Release);
        self.commands.wake();
    }

    #[inline]
    fn stamp(&self, stamp: Stamp<'_>) -> u64 {
        match stamp {
            Stamp::Entered(entered) => entered.raw(),
            Stamp::Now => None,
        }
        // Read under the shard's lock, so that the drain thread finds every record up to its own reading.
        .unwrap_or_else(|| self.clock.raw())
    }

    /// Locks the [`Shard`] (the buffer) that the current thread records to.
    #[inline]
    fn shard(&self, stamp: Stamp<'_>) -> MutexGuard<'_, Shard> {
        let thread = match stamp {
            Stamp::Entered(entered) => entered.thread(),
            Stamp::Now => entered_call::thread_number(),
        };
        lock(&self.shards[thread & (self.shards.len() - 1)].0)
    }
}
