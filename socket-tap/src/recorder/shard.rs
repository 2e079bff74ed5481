//! Where the hot path leaves its records: one buffer for each of a few threads, behind a lock that is almost never
//! contended.
//!
//! Reads and writes go into room that was set aside at the start; when it is full they are counted instead. The few
//! events of a connection's life are kept in any case.

use std::net::SocketAddr;

use crate::event::{Datagram, Failure, Gap, Op, SockId, Transfer};

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
    /// How many bytes of the shard's payload are this record's; `None` when payload was not asked for or had no room.
    captured: Option<u32>,
    /// 0 for a plain read or write.
    slices: u16,
    direction: Direction,
    /// It is a datagram: the shard has an envelope for it.
    datagram: bool,
}

/// What a datagram has and a piece of a stream has not. Beside the details, so that those of streams stay short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) cut: Cut,
}

/// Whether a datagram was longer than the buffer that it was received into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "other systems do not tell"))]
pub(crate) enum Cut {
    Whole,
    /// By how much, the system does not say.
    Short,
    /// It was this long.
    From(u32),
}

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
    /// Of the datagrams among the details, in their order. Memory that no datagram comes to need is never touched.
    envelopes: Vec<Envelope>,
    payload: Vec<u8>,
    milestones: Vec<Timed>,
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
    pub(crate) fn transfer<'a>(
        &mut self,
        raw: u64,
        sock: SockId,
        direction: Direction,
        size: (usize, u16),
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        let (bytes, slices) = (size.0 as u64, size.1);
        self.keep(Detail { raw, sock, bytes, captured: None, slices, direction, datagram: false }, payload)
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
        let bytes = bytes as u64;
        self.keep(Detail { raw, sock, bytes, captured: None, slices: 0, direction, datagram: true }, payload)
    }

    fn keep<'a>(
        &mut self,
        mut detail: Detail,
        payload: Option<(usize, impl Iterator<Item = &'a [u8]>)>,
    ) -> bool {
        if self.details.len() == self.room.details {
            match detail.direction {
                Direction::Read => self.gap.reads += 1,
                Direction::Write => self.gap.writes += 1,
            }
            return false;
        }
        let bytes = usize::try_from(detail.bytes).unwrap_or(usize::MAX);
        detail.captured = payload.and_then(|(limit, parts)| self.capture(bytes.min(limit), parts));
        self.details.push(detail);
        self.details.len() * 2 == self.room.details
    }

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
        self.milestones.push(Timed { raw, what });
    }

    /// Moves everything into `out`, in the order in which it was recorded, and adds what was lost to `gap`.
    pub(crate) fn empty_into(&mut self, out: &mut Vec<Timed>, gap: &mut Gap) {
        let mut payload = self.payload.as_slice();
        let mut envelopes = self.envelopes.drain(..);
        let mut milestones = self.milestones.drain(..).peekable();
        for detail in self.details.drain(..) {
            // Both lists are in the order of time, because time is read under the shard's lock.
            while let Some(earlier) = milestones.next_if(|milestone| milestone.raw <= detail.raw) {
                out.push(earlier);
            }
            let data = detail.captured.map(|length| {
                let (mine, rest) = payload.split_at(length as usize);
                payload = rest;
                mine.into()
            });
            let envelope = if detail.datagram { envelopes.next() } else { None };
            out.push(detail.into_timed(data, envelope));
        }
        out.extend(milestones);
        self.payload.clear();
        let lost = std::mem::take(&mut self.gap);
        gap.reads += lost.reads;
        gap.writes += lost.writes;
        gap.payloads += lost.payloads;
    }
}

impl Detail {
    fn into_timed(self, data: Option<Box<[u8]>>, envelope: Option<Envelope>) -> Timed {
        let op = match envelope {
            Some(envelope) => self.into_datagram(data, envelope),
            None => self.into_transfer(data),
        };
        Timed { raw: self.raw, what: Milestone { sock: self.sock, op, error: None } }
    }

    fn into_transfer(self, data: Option<Box<[u8]>>) -> Op {
        let slices = (self.slices > 0).then_some(u32::from(self.slices));
        let transfer = Transfer { bytes: self.bytes, slices, eof: false, data };
        match self.direction {
            Direction::Read => Op::Read(transfer),
            Direction::Write => Op::Write(transfer),
        }
    }

    fn into_datagram(self, data: Option<Box<[u8]>>, Envelope { peer, cut }: Envelope) -> Op {
        let length = match cut {
            Cut::From(length) => Some(u64::from(length)),
            Cut::Short | Cut::Whole => None,
        };
        let (peer, truncated) = (peer.map(Into::into), cut != Cut::Whole);
        let datagram = Datagram { bytes: self.bytes, peer, truncated, length, data };
        match self.direction {
            Direction::Read => Op::RecvFrom(datagram),
            Direction::Write => Op::SendTo(datagram),
        }
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

    #[test]
    fn each_datagram_keeps_its_own_envelope_also_when_others_are_lost() {
        let mut shard = Shard::new(Room { details: 4, payload: 0 });
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
            .filter_map(|timed| match timed.what.op {
                Op::RecvFrom(got) => Some((got.peer, got.truncated, got.length)),
                _ => None,
            })
            .collect();
        let address = |port| peer(port).map(Into::into);
        let expected = [(address(1), false, None), (address(2), true, None), (address(3), true, Some(512))];
        assert_eq!(got, expected);
        read(&mut shard, 9, b"");
        assert!(matches!(emptied(&mut shard).0[0].what.op, Op::Read(_)), "no envelope is left over");
    }

    #[test]
    fn a_record_of_a_read_or_write_is_as_short_as_it_is_said_to_be() {
        assert_eq!((size_of::<Detail>(), size_of::<Envelope>()), (40, 40));
    }
}
