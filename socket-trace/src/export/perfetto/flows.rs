//! Matches each write with the reads of its bytes at the other end of the connection.

use std::collections::{BTreeMap, VecDeque};

/// Maximum number of writes of one direction that wait for their read. Later ones get no arrow.
const MAX_PENDING: usize = 1_024;
/// Maximum number of connections that are followed. The oldest is dropped first.
const MAX_CONNECTIONS: usize = 16_384;

/// One direction of a byte stream: the number of its connection, the number of streams below it (1 for the plain text
/// above TLS), and `true` if it leads to the server.
pub(super) type Stream = (u64, u32, bool);

/// Matches the writes of all connections with the reads of their bytes.
#[derive(Debug, Default)]
pub(super) struct Flows {
    streams: BTreeMap<Stream, Direction>,
    last: u64,
}

/// Bytes that were written in one direction, and not read yet.
#[derive(Debug, Default)]
struct Direction {
    written: u64,
    read: u64,
    pending: VecDeque<Write>,
    /// `true` if bytes are missing, so that writes and reads cannot be matched.
    is_broken: bool,
}

#[derive(Debug)]
struct Write {
    id: u64,
    from: u64,
    to: u64,
}

/// The ids of the writes whose bytes a read took.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Writes of which bytes are still unread.
    pub(super) in_part: Vec<u64>,
    pub(super) to_their_end: Vec<u64>,
}

impl Flows {
    /// Adds a write of `bytes`, and returns the id of its arrow.
    pub(super) fn write(&mut self, stream: Stream, bytes: u64) -> Option<u64> {
        if bytes == 0 {
            return None;
        }
        let direction = self.streams.entry(stream).or_default();
        let from = direction.written;
        direction.written = from.saturating_add(bytes);
        let id = if direction.is_broken || direction.pending.len() >= MAX_PENDING {
            None
        } else {
            self.last += 1;
            direction.pending.push_back(Write { id: self.last, from, to: direction.written });
            Some(self.last)
        };
        while self.streams.len() > MAX_CONNECTIONS {
            self.streams.pop_first();
        }
        id
    }

    /// Adds a read of `bytes`, and returns the ids of the writes whose bytes it took.
    pub(super) fn read(&mut self, stream: Stream, bytes: u64) -> Taken {
        let mut taken = Taken::default();
        let Some(direction) = self.streams.get_mut(&stream).filter(|direction| !direction.is_broken) else {
            return taken;
        };
        direction.read = direction.read.saturating_add(bytes);
        if direction.read > direction.written {
            // A write was not recorded.
            direction.break_off();
            return taken;
        }
        while let Some(write) = direction.pending.front().filter(|write| write.from < direction.read) {
            if write.to > direction.read {
                taken.in_part.push(write.id);
                break;
            }
            taken.to_their_end.push(write.id);
            direction.pending.pop_front();
        }
        taken
    }

    /// Stops matching one direction, because bytes of it are not recorded.
    pub(super) fn break_off(&mut self, stream: Stream) {
        self.streams.entry(stream).or_default().break_off();
    }

    /// Stops matching all streams that are open, because events are missing.
    pub(super) fn break_all(&mut self) {
        self.streams.values_mut().for_each(Direction::break_off);
    }
}

impl Direction {
    fn break_off(&mut self) {
        self.is_broken = true;
        self.pending = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO_SERVER: Stream = (1, 0, true);

    #[test]
    fn read_is_matched_with_the_writes_of_its_bytes() {
        let mut flows = Flows::default();
        assert_eq!((flows.write(TO_SERVER, 10), flows.write(TO_SERVER, 5)), (Some(1), Some(2)));
        assert_eq!(flows.write((1, 0, false), 7), Some(3));
        let taken = |in_part: &[u64], to_their_end: &[u64]| Taken {
            in_part: in_part.to_vec(),
            to_their_end: to_their_end.to_vec(),
        };
        assert_eq!(flows.read(TO_SERVER, 4), taken(&[1], &[]));
        assert_eq!(flows.read(TO_SERVER, 8), taken(&[2], &[1]));
        assert_eq!(flows.read(TO_SERVER, 3), taken(&[], &[2]));
        assert_eq!(flows.read((1, 0, false), 7), taken(&[], &[3]));
        assert_eq!(flows.read((2, 0, true), 7), Taken::default());
    }

    #[test]
    fn read_of_unrecorded_bytes_ends_the_matching() {
        let mut flows = Flows::default();
        flows.write(TO_SERVER, 10);
        assert_eq!(flows.read(TO_SERVER, 11), Taken::default());
        assert_eq!(flows.write(TO_SERVER, 10), None);
        let other = (2, 0, true);
        flows.write(other, 1);
        flows.break_all();
        assert_eq!(flows.read(other, 1), Taken::default());
    }

    #[test]
    fn writes_without_a_reader_are_bounded() {
        let mut flows = Flows::default();
        let ids = (0..MAX_PENDING + 1).filter_map(|_| flows.write(TO_SERVER, 1)).count();
        assert_eq!(ids, MAX_PENDING);
        // Bytes of the write without an arrow are counted nevertheless.
        assert_eq!(flows.read(TO_SERVER, MAX_PENDING as u64 + 1).to_their_end.len(), MAX_PENDING);
        assert_eq!(flows.write(TO_SERVER, 1), Some(MAX_PENDING as u64 + 1));
    }
}
