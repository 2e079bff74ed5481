//! A shard: a buffer of records for a few of the recording threads. Its lock is rarely contended.
//!
//! Reads and writes have a buffer that is allocated in advance. When it is full, further reads and writes are
//! only counted. Lifecycle events, which are all other events such as accept and close, have a second buffer.
//! If that is full, too, because the sinks are blocked, new sockets are dropped and all their events are only
//! counted. A socket that is in the recording keeps its lifecycle events.

use super::datagram_info::DatagramInfo;
use super::drained_records::{DrainedRecords, shrink};
use super::lifecycle_event::{LifecycleEvent, PushOutcome, StreamChange, WhenFull};
use super::record::{Direction, Record, Timed};
use super::transfer_record::{Kind, TransferRecord};
use crate::event::{Failure, Gap, Op, SockId};

/// The numbers of events and payload bytes that a [`Shard`] can hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardCapacity {
    pub(crate) transfers: usize,
    /// Maximum number of lifecycle events. The buffer for them grows on demand, because only an overload
    /// fills it.
    pub(crate) lifecycle_events: usize,
    pub(crate) payload: usize,
}

/// A buffer in which some of the recording threads store their events, until the drain thread empties it.
#[derive(Debug)]
pub(crate) struct Shard {
    capacity: ShardCapacity,
    /// `true` after the recording has ended. Later events are neither kept nor counted.
    sealed: bool,
    transfers: Vec<TransferRecord>,
    /// Peer and truncation of each datagram in `transfers`, in the same order. The memory of this buffer is
    /// reserved, but not touched before the first datagram.
    datagrams: Vec<DatagramInfo>,
    payload: Vec<u8>,
    /// Each lifecycle event, with the number of transfers that were recorded before it. The number is needed
    /// to merge transfers and lifecycle events in the order in which they were recorded.
    lifecycle_events: Vec<(usize, Timed<LifecycleEvent>)>,
    gap: Gap,
}

/// Returns `true` if buffers of this capacity fit into the address space. If they do not, allocating them
/// would panic.
pub(crate) fn can_hold(transfers: usize, payload: usize) -> bool {
    Vec::<TransferRecord>::new().try_reserve_exact(transfers).is_ok()
        && Vec::<DatagramInfo>::new().try_reserve_exact(transfers).is_ok()
        && Vec::<u8>::new().try_reserve_exact(payload).is_ok()
}

impl Shard {
    pub(crate) fn new(capacity: ShardCapacity) -> Self {
        Self {
            capacity,
            sealed: false,
            transfers: Vec::with_capacity(capacity.transfers),
            datagrams: Vec::with_capacity(capacity.transfers),
            payload: Vec::with_capacity(capacity.payload),
            lifecycle_events: Vec::new(),
            gap: Gap::default(),
        }
    }

    pub(crate) fn capacity(&self) -> ShardCapacity {
        self.capacity
    }

    /// Ends the recording in this shard: later records are neither kept nor counted.
    pub(crate) fn seal(&mut self) {
        self.sealed = true;
    }

    /// Swaps the contents of this shard and of `spare`, except for their `sealed` flags.
    pub(crate) fn swap(&mut self, spare: &mut Self) {
        std::mem::swap(self, spare);
        std::mem::swap(&mut self.sealed, &mut spare.sealed);
    }

    /// Records a read or write. Returns `true` if the buffer has just become half full. Never allocates: if
    /// the buffer is full, the transfer is dropped and counted.
    #[inline]
    pub(crate) fn transfer<'a>(
        &mut self,
        raw: u64,
        sock: SockId,
        direction: Direction,
        size: (usize, u16),
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        let (bytes, slices) = (size.0 as u64, size.1);
        let kind = match direction {
            Direction::Read => Kind::Read,
            Direction::Write => Kind::Write,
        };
        self.push_transfer(
            TransferRecord { raw, sock, bytes, captured: 0, has_payload: false, slices, kind },
            payload,
        )
    }

    /// Records a datagram in the same way as [`transfer`](Self::transfer).
    pub(crate) fn datagram<'a>(
        &mut self,
        raw: u64,
        sock: SockId,
        direction: Direction,
        (bytes, info): (usize, DatagramInfo),
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        if self.transfers.len() < self.capacity.transfers && !self.sealed {
            self.datagrams.push(info);
        }
        let kind = match direction {
            Direction::Read => Kind::Received,
            Direction::Write => Kind::Sent,
        };
        let bytes = bytes as u64;
        self.push_transfer(
            TransferRecord { raw, sock, bytes, captured: 0, has_payload: false, slices: 0, kind },
            payload,
        )
    }

    #[inline]
    fn push_transfer<'a>(
        &mut self,
        mut transfer: TransferRecord,
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        if self.transfers.len() == self.capacity.transfers || self.sealed {
            self.count_dropped_transfer(transfer.kind.direction(), transfer.bytes);
            return false;
        }
        let mut payload_half_full = false;
        if let Some((limit, parts)) = payload {
            let bytes = usize::try_from(transfer.bytes).unwrap_or(usize::MAX);
            let before = self.payload.len();
            let captured = self.capture(bytes.min(limit), parts);
            (transfer.captured, transfer.has_payload) = (captured.unwrap_or(0), captured.is_some());
            let half = self.capacity.payload.div_ceil(2);
            payload_half_full = before < half && self.payload.len() >= half;
        }
        self.transfers.push(transfer);
        payload_half_full || self.transfers.len() == self.capacity.transfers.div_ceil(2)
    }

    // Not inlined, because transfers without payload are faster without its loop.
    #[inline(never)]
    fn capture<'a>(&mut self, wanted: usize, parts: impl Iterator<Item = &'a [u8]>) -> Option<u32> {
        if self.capacity.payload - self.payload.len() < wanted {
            self.gap.payloads += 1;
            return None;
        }
        let mut left = wanted;
        for part in parts {
            let taken = part.len().min(left);
            self.payload.extend_from_slice(&part[..taken]);
            left -= taken;
            if left == 0 {
                break;
            }
        }
        u32::try_from(wanted - left).ok()
    }

    pub(crate) fn lifecycle_event(
        &mut self,
        raw: u64,
        sock: Option<SockId>,
        (op, error): (Op, Option<Failure>),
        (keep, change): (WhenFull, StreamChange),
    ) -> PushOutcome {
        if self.sealed {
            return PushOutcome::Ended;
        }
        if keep == WhenFull::Drop && self.lifecycle_events.len() >= self.capacity.lifecycle_events {
            self.count_dropped(&op, error.is_some(), change);
            return PushOutcome::Dropped;
        }
        let lifecycle_event = Timed { raw, sock, record: LifecycleEvent::new(op, error) };
        self.lifecycle_events.push((self.transfers.len(), lifecycle_event));
        if self.lifecycle_events.len() == self.capacity.lifecycle_events.div_ceil(2) {
            PushOutcome::HalfFull
        } else {
            PushOutcome::Recorded
        }
    }

    /// Counts an operation that was dropped. If it opens a stream, also counts a dropped connection.
    pub(crate) fn count_dropped(&mut self, op: &Op, failed: bool, change: StreamChange) {
        if !self.sealed {
            self.gap.count(op, failed);
            self.gap.connections += u64::from(change == StreamChange::Opens);
        }
    }

    /// Counts a successful read or write that was dropped.
    pub(crate) fn count_dropped_transfer(&mut self, direction: Direction, bytes: u64) {
        if self.sealed {
            return;
        }
        match direction {
            Direction::Read => (self.gap.reads, self.gap.rx) = (self.gap.reads + 1, self.gap.rx + bytes),
            Direction::Write => (self.gap.writes, self.gap.tx) = (self.gap.writes + 1, self.gap.tx + bytes),
        }
    }

    /// Moves all records to `out`, in the order in which they were recorded. Adds the counts of dropped
    /// records to `gap`.
    pub(crate) fn drain_into(&mut self, out: &mut DrainedRecords, gap: &mut Gap) {
        out.payload.extend_from_slice(&self.payload);
        let mut at = out.payload.len() - self.payload.len();
        self.payload.clear();
        let mut datagrams = self.datagrams.drain(..);
        let (transfers, lifecycle_events) = (self.transfers.as_slice(), self.lifecycle_events.len());
        out.records.reserve(transfers.len() + self.lifecycle_events.len());
        let mut begin = 0;
        // Ordered by position, because a coarse clock gives a read and the close after it the same reading.
        for (place, Timed { raw, sock, record }) in self.lifecycle_events.drain(..) {
            let run = transfers.get(begin..place).unwrap_or_default();
            out.records
                .extend(run.iter().map(|transfer| transfer.record(&mut at, &mut datagrams, &out.payload)));
            out.records.push(Timed { raw, sock, record: Record::Lifecycle(record) });
            begin = place.max(begin);
        }
        let run = transfers.get(begin..).unwrap_or_default();
        out.records.extend(run.iter().map(|transfer| transfer.record(&mut at, &mut datagrams, &out.payload)));
        drop(datagrams);
        self.transfers.clear();
        shrink(&mut self.lifecycle_events, lifecycle_events);
        gap.add(&std::mem::take(&mut self.gap));
    }

    #[cfg(all(test, model))]
    pub(crate) fn is_empty(&self) -> bool {
        self.transfers.is_empty() && self.lifecycle_events.is_empty() && self.gap.is_empty()
    }

    /// Returns the number of buffered lifecycle events.
    #[cfg(test)]
    #[cfg(not(model))]
    pub(crate) fn buffered(&self) -> usize {
        self.lifecycle_events.len()
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "shard_tests.rs"]
mod tests;
