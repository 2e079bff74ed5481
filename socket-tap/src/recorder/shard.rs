//! Where the hot path leaves its records: one buffer for each of a few threads, behind a lock that is almost never
//! contended.
//!
//! Reads and writes go into room that was set aside at the start; when it is full they are counted instead. The few
//! events of a socket's life have room of their own. When that is full, too, because the sinks take nothing for long,
//! no further socket is taken in, and all that it does is counted; a socket that has been taken in keeps its story.

use super::record::{Direction, Milestone, Record, Timed};
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
    direction: Direction,
    /// Whether payload was asked for and had room. Beside `captured` and not an `Option` of it: that would take 40 bytes.
    has_payload: bool,
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
pub(crate) enum Taken {
    Yes,
    /// And the shard has just become half full.
    HalfFull,
    /// There was no room; it was counted.
    No,
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
    details: Vec<Detail>,
    payload: Vec<u8>,
    /// Each with the number of details that were there before it: its place among them.
    milestones: Vec<(usize, Timed<Milestone>)>,
    gap: Gap,
}

impl Shard {
    pub(crate) fn new(room: Room) -> Self {
        Self {
            room,
            details: Vec::with_capacity(room.details),
            payload: Vec::with_capacity(room.payload),
            milestones: Vec::new(),
            gap: Gap::default(),
        }
    }

    pub(crate) fn room(&self) -> Room {
        self.room
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
        if self.details.len() == self.room.details {
            self.missed_transfer(direction, size.0 as u64);
            return false;
        }
        let (bytes, slices) = size;
        let captured = payload.and_then(|(limit, parts)| self.capture(bytes.min(limit), parts));
        self.details.push(Detail {
            raw,
            sock,
            bytes: bytes as u64,
            captured: captured.unwrap_or(0),
            slices,
            direction,
            has_payload: captured.is_some(),
        });
        self.details.len() == self.room.details.div_ceil(2)
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
        sock: SockId,
        (op, error): (Op, Option<Failure>),
        keep: Keep,
    ) -> Taken {
        if keep == Keep::IfRoom && self.milestones.len() >= self.room.milestones {
            self.missed(&op, error.is_some());
            return Taken::No;
        }
        let milestone = Timed { raw, sock, what: Milestone::new(op, error) };
        self.milestones.push((self.details.len(), milestone));
        if self.milestones.len() == self.room.milestones.div_ceil(2) { Taken::HalfFull } else { Taken::Yes }
    }

    /// Counts an operation that is not recorded.
    pub(crate) fn missed(&mut self, op: &Op, failed: bool) {
        self.gap.count(op, failed);
    }

    /// Counts a successful read or write that is not recorded.
    pub(crate) fn missed_transfer(&mut self, direction: Direction, bytes: u64) {
        match direction {
            Direction::Read => (self.gap.reads, self.gap.rx) = (self.gap.reads + 1, self.gap.rx + bytes),
            Direction::Write => (self.gap.writes, self.gap.tx) = (self.gap.writes + 1, self.gap.tx + bytes),
        }
    }

    /// Moves everything into `out`, in the order in which it was recorded, and adds what was lost to `gap`.
    pub(crate) fn empty_into(&mut self, out: &mut Vec<Timed<Record>>, gap: &mut Gap) {
        let mut payload = self.payload.as_slice();
        let widen = |(place, Timed { raw, sock, what }): (usize, Timed<Milestone>)| {
            (place, Timed { raw, sock, what: Record::Milestone(what) })
        };
        let mut milestones = self.milestones.drain(..).map(widen).peekable();
        for (place, detail) in self.details.drain(..).enumerate() {
            // By place, not by time: a coarse clock gives a read and the close after it the same reading.
            while let Some((_, earlier)) = milestones.next_if(|(before, _)| *before <= place) {
                out.push(earlier);
            }
            let data = detail.has_payload.then(|| {
                let (mine, rest) = payload.split_at(detail.captured as usize);
                payload = rest;
                mine.into()
            });
            let Detail { raw, sock, bytes, slices, direction, .. } = detail;
            out.push(Timed { raw, sock, what: Record::Transfer { bytes, data, slices, direction } });
        }
        out.extend(milestones.map(|(_, milestone)| milestone));
        self.payload.clear();
        gap.add(&std::mem::take(&mut self.gap));
    }

    /// How many milestones wait.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.milestones.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { details: 2, milestones: 4, payload: 4 };

    fn read(shard: &mut Shard, raw: u64, bytes: &[u8]) -> bool {
        shard.transfer(raw, 1, Direction::Read, (bytes.len(), 0), Some((3, std::iter::once(bytes))))
    }

    fn emptied(shard: &mut Shard) -> (Vec<Timed<Record>>, Gap) {
        let (mut out, mut gap) = (Vec::new(), Gap::default());
        shard.empty_into(&mut out, &mut gap);
        (out, gap)
    }

    #[test]
    fn payload_is_dropped_before_transfers_and_both_are_counted() {
        let mut shard = Shard::new(ROOM);
        assert!(read(&mut shard, 1, b"abcdef"), "half full");
        assert!(!read(&mut shard, 2, b"xy"), "no longer the moment");
        assert!(!read(&mut shard, 3, b"z"));
        let (out, gap) = emptied(&mut shard);
        assert_eq!(gap, Gap { reads: 1, rx: 1, payloads: 1, ..Gap::default() });
        let data = |timed: &Timed<Record>| match &timed.what {
            Record::Transfer { bytes, data, .. } => (*bytes, data.as_deref().map(<[u8]>::to_vec)),
            other => panic!("{other:?}"),
        };
        assert_eq!(out.iter().map(data).collect::<Vec<_>>(), [(6, Some(b"abc".to_vec())), (2, None)]);
        assert!(emptied(&mut shard).0.is_empty());
    }

    fn shutdown(shard: &mut Shard, raw: u64, keep: Keep) -> Taken {
        shard.milestone(raw, 1, (Op::Shutdown, None), keep)
    }

    #[test]
    fn half_full_is_told_once_whatever_the_room() {
        for details in 1..10 {
            let mut shard = Shard::new(Room { details, ..ROOM });
            let told: Vec<usize> = (1..20).filter(|n| read(&mut shard, *n as u64, b"")).collect();
            assert_eq!(told, [details.div_ceil(2)], "room for {details}");
        }
    }

    #[test]
    fn a_clock_that_stands_still_changes_no_order() {
        let mut shard = Shard::new(Room { details: 9, milestones: 9, payload: 9 });
        read(&mut shard, 7, b"a");
        shutdown(&mut shard, 7, Keep::Always);
        read(&mut shard, 7, b"b");
        read(&mut shard, 7, b"c");
        shutdown(&mut shard, 7, Keep::Always);
        let (out, _) = emptied(&mut shard);
        let transfers = out.iter().map(|timed| matches!(timed.what, Record::Transfer { .. }));
        assert_eq!(transfers.collect::<Vec<_>>(), [true, false, true, true, false]);
    }

    #[test]
    fn milestones_keep_their_place_and_are_not_lost_with_the_transfers() {
        let mut shard = Shard::new(ROOM);
        shutdown(&mut shard, 1, Keep::IfRoom);
        for raw in 2..5 {
            read(&mut shard, raw, b"");
            shutdown(&mut shard, raw, Keep::IfRoom);
        }
        let (out, gap) = emptied(&mut shard);
        assert_eq!(out.iter().map(|timed| timed.raw).collect::<Vec<_>>(), [1, 2, 2, 3, 3, 4]);
        assert_eq!(gap, Gap { reads: 1, ..Gap::default() });
    }

    #[test]
    fn a_full_shard_takes_only_the_milestones_that_it_must() {
        let mut shard = Shard::new(ROOM);
        let taken = [1, 2, 3, 4, 5].map(|raw| shutdown(&mut shard, raw, Keep::IfRoom));
        assert_eq!(taken, [Taken::Yes, Taken::HalfFull, Taken::Yes, Taken::Yes, Taken::No]);
        assert_eq!(shutdown(&mut shard, 6, Keep::Always), Taken::Yes);
        let (out, gap) = emptied(&mut shard);
        assert_eq!(out.iter().map(|timed| timed.raw).collect::<Vec<_>>(), [1, 2, 3, 4, 6]);
        assert_eq!(gap, Gap { others: 1, ..Gap::default() });
        assert_eq!(shutdown(&mut shard, 7, Keep::IfRoom), Taken::Yes, "there is room again");
    }
}
