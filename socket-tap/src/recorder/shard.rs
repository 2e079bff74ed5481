//! Where the hot path leaves its records: one buffer for each of a few threads, behind a lock that is almost never
//! contended.
//!
//! Reads and writes go into room that was set aside at the start; when it is full they are counted instead. The few
//! events of a socket's life have room of their own. When that is full, too, because the sinks take nothing for long,
//! no further socket is taken in, and all that it does is counted; a socket that has been taken in keeps its story.

use super::envelope::Envelope;
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
    /// Of the datagrams among the details, in their order. Memory that no datagram comes to need is never touched.
    envelopes: Vec<Envelope>,
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
            envelopes: Vec::with_capacity(room.details),
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
        if self.details.len() < self.room.details {
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
        if self.details.len() == self.room.details {
            self.missed_transfer(detail.kind.direction(), detail.bytes);
            return false;
        }
        let bytes = usize::try_from(detail.bytes).unwrap_or(usize::MAX);
        let captured = payload.and_then(|(limit, parts)| self.capture(bytes.min(limit), parts));
        (detail.captured, detail.has_payload) = (captured.unwrap_or(0), captured.is_some());
        self.details.push(detail);
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
        let mut envelopes = self.envelopes.drain(..);
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
            let Detail { raw, sock, bytes, slices, kind, .. } = detail;
            let direction = kind.direction();
            let envelope = if kind.is_datagram() { envelopes.next() } else { None };
            let what = match envelope {
                Some(envelope) => {
                    Record::Milestone(Milestone::new(envelope.into_op(direction, bytes, data), None))
                }
                None => Record::Transfer { bytes, data, slices, direction },
            };
            out.push(Timed { raw, sock, what });
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
    use std::net::SocketAddr;

    use super::super::envelope::Cut;
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

    #[test]
    fn each_datagram_keeps_its_own_envelope_also_when_others_are_lost() {
        let mut shard = Shard::new(Room { details: 4, ..ROOM });
        let peer = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
        let mut receive = |raw: u64, cut| {
            if raw.is_multiple_of(2) {
                read(&mut shard, raw, b"stream");
            }
            let envelope = Envelope { peer: peer(u16::try_from(raw).unwrap()), cut };
            shard.datagram(raw, 2, Direction::Read, (9, envelope), None::<(usize, std::iter::Empty<&[u8]>)>);
        };
        for (raw, cut) in [(1, Cut::Whole), (2, Cut::Short), (3, Cut::From(512)), (4, Cut::Whole)] {
            receive(raw, cut);
        }
        assert_eq!(shard.envelopes.len(), 3, "what is lost takes no room");
        let (out, gap) = emptied(&mut shard);
        assert_eq!((gap.reads, out.len()), (2, 4), "the fourth datagram and the stream's second read");
        let got: Vec<_> = (out.into_iter())
            .filter_map(|timed| match timed.into_event(0).op {
                Op::RecvFrom(got) => Some((got.peer, got.truncated, got.length)),
                _ => None,
            })
            .collect();
        let address = |port| peer(port).map(Into::into);
        let expected = [(address(1), false, None), (address(2), true, None), (address(3), true, Some(512))];
        assert_eq!(got, expected);
        read(&mut shard, 9, b"");
        assert!(matches!(emptied(&mut shard).0[0].what, Record::Transfer { .. }), "no envelope is left over");
    }

    #[test]
    fn a_record_of_a_read_or_write_is_as_short_as_it_is_said_to_be() {
        assert_eq!((size_of::<Detail>(), size_of::<Envelope>()), (32, 40));
    }
}
