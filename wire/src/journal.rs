//! Holds each packet until its fate is known, and emits records in the order in which packets were sent.

use std::collections::VecDeque;

use crate::Direction;
use crate::lane::Flight;
use crate::packet::{Packet, Unparsed};
use crate::record::{DropReason, Fate, Record, RecordSender};

/// Maximum number of unused buffers that are kept.
const MOST_BUFFERS: usize = 1_024;

/// The packets whose record was not emitted yet.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    /// Number of the first entry.
    first: u64,
    sender: Option<RecordSender>,
    /// Buffers for packets that are not recorded.
    buffers: Vec<Vec<u8>>,
}

/// A packet, and what is known about its fate.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) direction: Direction,
    pub(crate) index: u64,
    pub(crate) sent: u64,
    pub(crate) is_retransmission: bool,
    pub(crate) packet: Result<Packet, Unparsed>,
    pub(crate) bytes: Vec<u8>,
    /// The original, then the copy if the packet is duplicated.
    copies: [Option<Copy>; 2],
}

/// The fate of one copy of a packet.
#[derive(Clone, Copy, Debug)]
struct Copy {
    due: Option<u64>,
    delivered: Option<u64>,
    overtaken_by: u32,
    /// `None` if it is in flight.
    fate: Option<Fate>,
}

impl Journal {
    /// Creates a journal. Without a sender, packets are held only while they are in flight.
    pub(crate) fn new(sender: Option<RecordSender>) -> Self {
        Self { entries: VecDeque::new(), first: 0, sender, buffers: Vec::new() }
    }

    /// Returns `true` if packets are recorded.
    pub(crate) fn is_recording(&self) -> bool {
        self.sender.is_some()
    }

    /// Adds a packet without a fate, and returns its number.
    pub(crate) fn add(&mut self, new: NewEntry<'_>) -> u64 {
        let mut bytes = self.buffers.pop().unwrap_or_default();
        bytes.extend_from_slice(new.bytes);
        self.entries.push_back(Entry {
            direction: new.direction,
            index: new.index,
            sent: new.sent,
            is_retransmission: new.is_retransmission,
            packet: new.packet,
            bytes,
            copies: [None, None],
        });
        self.first + self.entries.len() as u64 - 1
    }

    /// Records that the packet was dropped.
    pub(crate) fn drop(&mut self, serial: u64, reason: DropReason) {
        let fate = Some(Fate::Dropped(reason));
        if let Some(entry) = self.entry(serial) {
            entry.copies[0] = Some(Copy { due: None, delivered: None, overtaken_by: 0, fate });
        }
        self.emit();
    }

    /// Records that the packet is in flight.
    pub(crate) fn launch(&mut self, serial: u64, due: u64, twice: bool) {
        if let Some(entry) = self.entry(serial) {
            let copy = Copy { due: Some(due), delivered: None, overtaken_by: 0, fate: None };
            entry.copies = [Some(copy), twice.then_some(copy)];
        }
    }

    /// Returns the bytes of a packet in flight.
    pub(crate) fn bytes(&self, serial: u64) -> Option<&[u8]> {
        let position = usize::try_from(serial.checked_sub(self.first)?).ok()?;
        self.entries.get(position).map(|entry| &*entry.bytes)
    }

    /// Records the end of a flight: the delivery at the given time, or the refusal if the time is `None`.
    pub(crate) fn land(&mut self, flight: Flight, delivered: Option<u64>) {
        let Flight { due, serial, is_copy, overtaken_by } = flight;
        let copy = self.entry(serial).and_then(|entry| entry.copies[usize::from(is_copy)].as_mut());
        if let Some(copy) = copy {
            (copy.due, copy.delivered, copy.overtaken_by) = (Some(due), delivered, overtaken_by);
            copy.fate = Some(match delivered {
                None => Fate::Dropped(DropReason::Rejected),
                Some(_) if is_copy => Fate::Duplicated,
                Some(_) => Fate::Delivered,
            });
        }
        self.emit();
    }

    /// Emits all records, and ends their stream. Packets in flight are not delivered any more. Returns the number of
    /// omitted records.
    pub(crate) fn finish(&mut self) -> u64 {
        for copy in self.entries.iter_mut().flat_map(|entry| &mut entry.copies).flatten() {
            copy.fate.get_or_insert(Fate::Undelivered);
        }
        self.emit();
        self.sender.take().map_or(0, |sender| sender.omitted())
    }

    fn entry(&mut self, serial: u64) -> Option<&mut Entry> {
        let position = usize::try_from(serial.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(position)
    }

    /// Emits the records whose fate is known, up to the first whose fate is not.
    fn emit(&mut self) {
        while self.entries.front().is_some_and(Entry::is_finished) {
            let Some(entry) = self.entries.pop_front() else { return };
            self.first += 1;
            if self.is_recording() {
                self.send_all(entry);
            } else if self.buffers.len() < MOST_BUFFERS {
                let mut bytes = entry.bytes;
                bytes.clear();
                self.buffers.push(bytes);
            }
        }
    }

    fn send_all(&mut self, entry: Entry) {
        let Entry { copies, direction, index, sent, is_retransmission, packet, bytes } = entry;
        let mut copies = copies.into_iter().flatten();
        let Some(original) = copies.next() else { return };
        let record = Record {
            direction,
            index,
            sent,
            due: original.due,
            delivered: original.delivered,
            fate: original.fate.unwrap_or(Fate::Undelivered),
            overtaken_by: original.overtaken_by,
            is_retransmission,
            packet,
            bytes: bytes.into_boxed_slice(),
            omitted_before: 0,
        };
        let duplicate = copies.next().map(|copy| Record {
            due: copy.due,
            delivered: copy.delivered,
            fate: copy.fate.unwrap_or(Fate::Undelivered),
            ..record.clone()
        });
        self.send(record);
        duplicate.into_iter().for_each(|record| self.send(record));
    }

    fn send(&mut self, record: Record) {
        if self.sender.as_mut().is_some_and(|sender| !sender.send(record)) {
            self.sender = None;
        }
    }
}

impl Entry {
    fn is_finished(&self) -> bool {
        self.copies[0].is_some() && self.copies.iter().flatten().all(|copy| copy.fate.is_some())
    }
}

/// A packet that was read from its sender.
#[derive(Debug)]
pub(crate) struct NewEntry<'a> {
    pub(crate) direction: Direction,
    pub(crate) index: u64,
    pub(crate) sent: u64,
    pub(crate) is_retransmission: bool,
    pub(crate) packet: Result<Packet, Unparsed>,
    pub(crate) bytes: &'a [u8],
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
