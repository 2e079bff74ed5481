//! Where the hot path leaves its records: one buffer for each of a few threads, behind a lock that is almost never
//! contended.
//!
//! Reads and writes go into room that was set aside at the start; when it is full they are counted instead. The few
//! events of a socket's life have room of their own. When that is full, too, because the sinks take nothing for long,
//! no further socket is taken in, and all that it does is counted; a socket that has been taken in keeps its story.

use super::Change;
use super::envelope::Envelope;
use super::record::{Direction, Milestone, Moved, Record, Timed};
use crate::event::{Failure, Gap, Op, SockId};

/// One successful read or write, as short as it can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detail {
    raw: u64,
    sock: SockId,
    bytes: u64,
    /// How many bytes of the shard's payload are this record's.
    captured: u32,
    /// 0 for a plain read or write.
    slices: u16,
    kind: Kind,
    /// Whether payload was asked for and had room. Beside `captured` and not an `Option` of it: that would take 40 bytes.
    has_payload: bool,
}

/// What a detail is of. One byte, where a direction and a flag would take two, and the detail 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    /// The shard has an envelope for it.
    Received,
    /// The shard has an envelope for it.
    Sent,
}

impl Detail {
    /// The same for the drain thread. `at` is where its payload begins in `payload`, and is moved on.
    #[inline]
    fn record(
        &self,
        at: &mut usize,
        envelopes: &mut impl Iterator<Item = Envelope>,
        payload: &[u8],
    ) -> Timed<Record> {
        let Self { raw, sock, bytes, captured, slices, kind, has_payload } = *self;
        let moved = Moved { bytes, at: *at, captured, slices, direction: kind.direction(), has_payload };
        *at += captured as usize;
        let envelope = if kind.is_datagram() { envelopes.next() } else { None };
        let what = match envelope {
            None => Record::Transfer(moved),
            Some(envelope) => {
                let data = moved.payload(payload).map(Into::into);
                Record::Milestone(Milestone::new(envelope.into_op(moved.direction, bytes, data), None))
            }
        };
        Timed { raw, sock: Some(sock), what }
    }
}

impl Kind {
    fn direction(self) -> Direction {
        match self {
            Self::Read | Self::Received => Direction::Read,
            Self::Write | Self::Sent => Direction::Write,
        }
    }

    fn is_datagram(self) -> bool {
        matches!(self, Self::Received | Self::Sent)
    }
}

// Two to a cache line.
const _: () = assert!(size_of::<Detail>() == 32);

/// What to do with a milestone when the shard is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Take it: it belongs to a socket that was taken in, and is one of the few that each such socket may have.
    Always,
    /// Count it.
    IfRoom,
}

/// What became of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Yes,
    /// And the shard has just become half full.
    HalfFull,
    /// There was no room; it was counted.
    No,
    /// The recording has ended.
    Ended,
}

/// What was taken from shards: records, and the payload that some of them refer to.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) records: Vec<Timed<Record>>,
    pub(crate) payload: Vec<u8>,
}

/// Gives memory back that a burst has left: more than eight times what `used` shows to be needed.
fn shrink<T>(buffer: &mut Vec<T>, used: usize) {
    const LEAST: usize = 4096;
    if buffer.capacity() > LEAST && buffer.capacity() / 8 > used {
        buffer.shrink_to(used.max(LEAST));
    }
}

impl Taken {
    /// Gives memory back that a burst has left. `records` and `payload` are how many there were in this round.
    pub(crate) fn shrink(&mut self, records: usize, payload: usize) {
        shrink(&mut self.records, records);
        shrink(&mut self.payload, payload);
    }

    /// Forgets the first `count` records, and adds what was taken later.
    pub(crate) fn advance(&mut self, count: usize, later: &mut Self) {
        self.records.drain(..count);
        if self.records.is_empty() {
            self.payload.clear();
            return std::mem::swap(self, later);
        }
        let mut payload = Vec::new();
        for record in &mut self.records {
            if let Record::Transfer(moved) = &mut record.what {
                let at = payload.len();
                payload.extend_from_slice(moved.payload(&self.payload).unwrap_or_default());
                moved.at = at;
            }
        }
        let kept = payload.len();
        for record in &mut later.records {
            if let Record::Transfer(moved) = &mut record.what {
                moved.at += kept;
            }
        }
        self.records.append(&mut later.records);
        self.payload.clear();
        self.payload.append(&mut payload);
        self.payload.append(&mut later.payload);
    }
}

/// How much a shard has room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) details: usize,
    /// Not set aside before it is needed: only a load that the sinks cannot take needs it all.
    pub(crate) milestones: usize,
    pub(crate) payload: usize,
}

/// One buffer.
#[derive(Debug)]
pub(crate) struct Shard {
    room: Room,
    /// The recording has ended: nothing is taken or counted any more.
    sealed: bool,
    details: Vec<Detail>,
    /// Of the datagrams among the details, in their order. Memory that no datagram comes to need is never touched.
    envelopes: Vec<Envelope>,
    payload: Vec<u8>,
    /// Each with the number of details that were there before it: its place among them.
    milestones: Vec<(usize, Timed<Milestone>)>,
    gap: Gap,
}

/// Whether there can be memory for so many details and bytes of payload. Without that, setting it aside panics.
pub(crate) fn can_hold(details: usize, payload: usize) -> bool {
    Vec::<Detail>::new().try_reserve_exact(details).is_ok()
        && Vec::<Envelope>::new().try_reserve_exact(details).is_ok()
        && Vec::<u8>::new().try_reserve_exact(payload).is_ok()
}

impl Shard {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            room,
            sealed: false,
            details: Vec::with_capacity(room.details),
            envelopes: Vec::with_capacity(room.details),
            payload: Vec::with_capacity(room.payload),
            milestones: Vec::new(),
            gap: Gap::default(),
        }
    }

    pub(crate) fn room(&self) -> Room {
        self.room
    }

    /// Takes nothing from now on.
    pub(crate) fn seal(&mut self) {
        self.sealed = true;
    }

    /// Takes the place of `self`, which becomes `spare`. The end of the recording stays where it is.
    pub(crate) fn swap(&mut self, spare: &mut Self) {
        std::mem::swap(self, spare);
        std::mem::swap(&mut self.sealed, &mut spare.sealed);
    }

    /// Records a transfer and says whether the buffer has just become half full. Never allocates: the room is there,
    /// or the transfer is counted as lost.
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
        self.keep(Detail { raw, sock, bytes, captured: 0, has_payload: false, slices, kind }, payload)
    }

    /// The same for a datagram.
    pub(crate) fn datagram<'a>(
        &mut self,
        raw: u64,
        sock: SockId,
        direction: Direction,
        (bytes, envelope): (usize, Envelope),
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        if self.details.len() < self.room.details && !self.sealed {
            self.envelopes.push(envelope);
        }
        let kind = match direction {
            Direction::Read => Kind::Received,
            Direction::Write => Kind::Sent,
        };
        let bytes = bytes as u64;
        self.keep(Detail { raw, sock, bytes, captured: 0, has_payload: false, slices: 0, kind }, payload)
    }

    #[inline]
    fn keep<'a>(
        &mut self,
        mut detail: Detail,
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        if self.details.len() == self.room.details || self.sealed {
            self.missed_transfer(detail.kind.direction(), detail.bytes);
            return false;
        }
        let mut payload_half_full = false;
        if let Some((limit, parts)) = payload {
            let bytes = usize::try_from(detail.bytes).unwrap_or(usize::MAX);
            let before = self.payload.len();
            let captured = self.capture(bytes.min(limit), parts);
            (detail.captured, detail.has_payload) = (captured.unwrap_or(0), captured.is_some());
            let half = self.room.payload.div_ceil(2);
            payload_half_full = before < half && self.payload.len() >= half;
        }
        self.details.push(detail);
        payload_half_full || self.details.len() == self.room.details.div_ceil(2)
    }

    // Not in line: without payload its loop would only be in the way.
    #[inline(never)]
    fn capture<'a>(&mut self, wanted: usize, parts: impl Iterator<Item = &'a [u8]>) -> Option<u32> {
        if self.room.payload - self.payload.len() < wanted {
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

    pub(crate) fn milestone(
        &mut self,
        raw: u64,
        sock: Option<SockId>,
        (op, error): (Op, Option<Failure>),
        (keep, change): (Keep, Change),
    ) -> Fate {
        if self.sealed {
            return Fate::Ended;
        }
        if keep == Keep::IfRoom && self.milestones.len() >= self.room.milestones {
            self.missed(&op, error.is_some(), change);
            return Fate::No;
        }
        let milestone = Timed { raw, sock, what: Milestone::new(op, error) };
        self.milestones.push((self.details.len(), milestone));
        if self.milestones.len() == self.room.milestones.div_ceil(2) { Fate::HalfFull } else { Fate::Yes }
    }

    /// Counts an operation that is not recorded.
    pub(crate) fn missed(&mut self, op: &Op, failed: bool, change: Change) {
        if !self.sealed {
            self.gap.count(op, failed);
            self.gap.connections += u64::from(change == Change::Opens);
        }
    }

    /// Counts a successful read or write that is not recorded.
    pub(crate) fn missed_transfer(&mut self, direction: Direction, bytes: u64) {
        if self.sealed {
            return;
        }
        match direction {
            Direction::Read => (self.gap.reads, self.gap.rx) = (self.gap.reads + 1, self.gap.rx + bytes),
            Direction::Write => (self.gap.writes, self.gap.tx) = (self.gap.writes + 1, self.gap.tx + bytes),
        }
    }

    /// Moves everything into `out`, in the order in which it was recorded, and adds what was lost to `gap`.
    pub(crate) fn empty_into(&mut self, out: &mut Taken, gap: &mut Gap) {
        out.payload.extend_from_slice(&self.payload);
        let mut at = out.payload.len() - self.payload.len();
        self.payload.clear();
        let mut envelopes = self.envelopes.drain(..);
        let (details, milestones) = (self.details.as_slice(), self.milestones.len());
        out.records.reserve(details.len() + self.milestones.len());
        let mut begin = 0;
        // By place, not by time: a coarse clock gives a read and the close after it the same reading.
        for (place, Timed { raw, sock, what }) in self.milestones.drain(..) {
            let run = details.get(begin..place).unwrap_or_default();
            out.records.extend(run.iter().map(|detail| detail.record(&mut at, &mut envelopes, &out.payload)));
            out.records.push(Timed { raw, sock, what: Record::Milestone(what) });
            begin = place.max(begin);
        }
        let run = details.get(begin..).unwrap_or_default();
        out.records.extend(run.iter().map(|detail| detail.record(&mut at, &mut envelopes, &out.payload)));
        drop(envelopes);
        self.details.clear();
        shrink(&mut self.milestones, milestones);
        gap.add(&std::mem::take(&mut self.gap));
    }

    #[cfg(all(test, model))]
    pub(crate) fn is_empty(&self) -> bool {
        self.details.is_empty() && self.milestones.is_empty() && self.gap.is_empty()
    }

    /// How many milestones wait.
    #[cfg(test)]
    #[cfg(not(model))]
    pub(crate) fn waiting(&self) -> usize {
        self.milestones.len()
    }
}

#[cfg(test)]
#[cfg(not(model))]
#[path = "shard_tests.rs"]
mod tests;
