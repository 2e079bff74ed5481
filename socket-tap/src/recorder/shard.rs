//! Where the hot path leaves its records: one buffer for each of a few threads, behind a lock that is almost never
//! contended.
//!
//! Reads and writes go into room that was set aside at the start; when it is full they are counted instead. The few
//! events of a connection's life are kept in any case.

use crate::event::{Failure, Gap, Op, SockId, Transfer};

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

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

/// Anything else: rare, and never lost.
#[derive(Debug)]
pub(crate) struct Milestone {
    pub(crate) sock: SockId,
    pub(crate) op: Op,
    pub(crate) error: Option<Failure>,
}

/// A record with the reading of the raw clock.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) raw: u64,
    pub(crate) what: Milestone,
}

/// How much a shard has room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) details: usize,
    pub(crate) payload: usize,
}

/// One buffer.
#[derive(Debug)]
pub(crate) struct Shard {
    room: Room,
    details: Vec<Detail>,
    payload: Vec<u8>,
    /// Each with the number of details that were there before it: its place among them.
    milestones: Vec<(usize, Timed)>,
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
            match direction {
                Direction::Read => self.gap.reads += 1,
                Direction::Write => self.gap.writes += 1,
            }
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

    pub(crate) fn milestone(&mut self, raw: u64, what: Milestone) {
        self.milestones.push((self.details.len(), Timed { raw, what }));
    }

    /// Moves everything into `out`, in the order in which it was recorded, and adds what was lost to `gap`.
    pub(crate) fn empty_into(&mut self, out: &mut Vec<Timed>, gap: &mut Gap) {
        let mut payload = self.payload.as_slice();
        let mut milestones = self.milestones.drain(..).peekable();
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
            out.push(detail.into_timed(data));
        }
        out.extend(milestones.map(|(_, milestone)| milestone));
        self.payload.clear();
        let lost = std::mem::take(&mut self.gap);
        gap.reads += lost.reads;
        gap.writes += lost.writes;
        gap.payloads += lost.payloads;
    }
}

impl Detail {
    fn into_timed(self, data: Option<Box<[u8]>>) -> Timed {
        let slices = (self.slices > 0).then_some(u32::from(self.slices));
        let transfer = Transfer { bytes: self.bytes, slices, eof: false, data };
        let op = match self.direction {
            Direction::Read => Op::Read(transfer),
            Direction::Write => Op::Write(transfer),
        };
        Timed { raw: self.raw, what: Milestone { sock: self.sock, op, error: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { details: 2, payload: 4 };

    fn read(shard: &mut Shard, raw: u64, bytes: &[u8]) -> bool {
        shard.transfer(raw, 1, Direction::Read, (bytes.len(), 0), Some((3, std::iter::once(bytes))))
    }

    fn emptied(shard: &mut Shard) -> (Vec<Timed>, Gap) {
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
        assert_eq!(gap, Gap { reads: 1, writes: 0, payloads: 1 });
        let data = |timed: &Timed| match &timed.what.op {
            Op::Read(transfer) => (transfer.bytes, transfer.data.as_deref().map(<[u8]>::to_vec)),
            other => panic!("{other:?}"),
        };
        assert_eq!(out.iter().map(data).collect::<Vec<_>>(), [(6, Some(b"abc".to_vec())), (2, None)]);
        assert!(emptied(&mut shard).0.is_empty());
    }

    #[test]
    fn half_full_is_told_once_whatever_the_room() {
        for details in 1..10 {
            let mut shard = Shard::new(Room { details, payload: 0 });
            let told: Vec<usize> = (1..20).filter(|n| read(&mut shard, *n as u64, b"")).collect();
            assert_eq!(told, [details.div_ceil(2)], "room for {details}");
        }
    }

    #[test]
    fn a_clock_that_stands_still_changes_no_order() {
        let mut shard = Shard::new(Room { details: 9, payload: 9 });
        let shutdown = || Milestone { sock: 1, op: Op::Shutdown, error: None };
        read(&mut shard, 7, b"a");
        shard.milestone(7, shutdown());
        read(&mut shard, 7, b"b");
        read(&mut shard, 7, b"c");
        shard.milestone(7, shutdown());
        let (out, _) = emptied(&mut shard);
        let names: Vec<&str> = out.iter().map(|timed| timed.what.op.name()).collect();
        assert_eq!(names, ["read", "shutdown", "read", "read", "shutdown"]);
    }

    #[test]
    fn milestones_keep_their_place_and_are_never_lost() {
        let mut shard = Shard::new(ROOM);
        let shutdown = || Milestone { sock: 1, op: Op::Shutdown, error: None };
        shard.milestone(1, shutdown());
        for raw in 2..6 {
            read(&mut shard, raw, b"");
            shard.milestone(raw, shutdown());
        }
        let (out, gap) = emptied(&mut shard);
        assert_eq!(out.iter().map(|timed| timed.raw).collect::<Vec<_>>(), [1, 2, 2, 3, 3, 4, 5]);
        assert_eq!(gap.reads, 2);
    }
}
