//! A cache of parsed heads.
//!
//! Most clients send the same request head again and again, on all of their connections. A server repeats a response head
//! until its `Date` changes. Copying a parsed head takes a fraction of the time that parsing takes.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

use super::super::detail::ListedFields;
use super::super::direction::{Direction, PerDirection};
use super::head::Head;

/// Number of slots. The hash of a head selects its only slot, so a lookup compares it with at most one entry.
const SLOTS: usize = 64;

/// Maximum length of a cached head, in bytes. Longer heads are parsed each time. With [`SLOTS`], it bounds the memory to a few
/// MB, even if each head consists of many short fields.
const MAX_LENGTH: usize = 1024;

/// Parsed heads that came again, of all connections of a recording.
#[derive(Debug, Default)]
pub(in super::super) struct HeadCache {
    /// Empty before the first head.
    slots: Vec<Slot>,
    /// The slot of the head that `parse` last cached or found, for each direction. A head of the other direction may have
    /// replaced it.
    latest: PerDirection<usize>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Hash of the last head that was parsed for this slot. A head is cached when the next one parsed for its slot equals it, so
    /// that heads that always differ are not copied.
    last: u64,
    entry: Option<Entry>,
}

#[derive(Debug)]
struct Entry {
    direction: Direction,
    bytes: Box<[u8]>,
    head: Head,
}

impl HeadCache {
    /// Returns a copy of the last head that was cached or found in this direction, and its length, if `bytes` begin with it.
    /// A cached head ends at its first empty line, so no head in `bytes` can end earlier or later. Needs neither a search for
    /// the end nor a hash.
    pub(super) fn latest(&self, direction: Direction, bytes: &[u8]) -> Option<(Head, usize)> {
        let entry = self.slots.get(*self.latest.get(direction))?.entry.as_ref()?;
        let is_same = entry.direction == direction && bytes.starts_with(&entry.bytes);
        is_same.then(|| (entry.head.clone(), entry.bytes.len()))
    }

    /// Parses a head like [`Head::parse`], or returns a copy of the cached result. `bytes` must end with the first empty line
    /// of the head: [`latest`](Self::latest) depends on it. `listed` must be the same in each call.
    pub(super) fn parse(&mut self, direction: Direction, bytes: &[u8], listed: ListedFields) -> Option<Head> {
        if bytes.len() > MAX_LENGTH {
            return Head::parse(direction, bytes, listed);
        }
        let hash = FixedState::default().hash_one(bytes);
        self.slots.resize_with(SLOTS, Slot::default);
        let index = hash as usize % SLOTS;
        let slot = self.slots.get_mut(index)?;
        if let Some(entry) = &slot.entry
            && entry.direction == direction
            && *entry.bytes == *bytes
        {
            *self.latest.get_mut(direction) = index;
            return Some(entry.head.clone());
        }
        let head = Head::parse(direction, bytes, listed)?;
        if slot.last == hash {
            slot.entry = Some(Entry { direction, bytes: bytes.into(), head: head.clone() });
            *self.latest.get_mut(direction) = index;
        }
        slot.last = hash;
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_heads_equal_the_parsed_ones() {
        let mut heads = HeadCache::default();
        let cached = |heads: &HeadCache| heads.slots.iter().filter(|slot| slot.entry.is_some()).count();
        let request = |number: usize| format!("GET /{number} HTTP/1.1\r\nContent-Length: {number}\r\n\r\n");
        let mut parse = |direction, text: &str| {
            let before = heads.latest(direction, format!("{text}GET").as_bytes());
            let head = heads.parse(direction, text.as_bytes(), ListedFields::All);
            let expected = Head::parse(direction, text.as_bytes(), ListedFields::All);
            assert_eq!(format!("{head:?}"), format!("{expected:?}"));
            if let Some((head, length)) = before {
                assert_eq!((format!("{:?}", Some(head)), length), (format!("{expected:?}"), text.len()));
            }
            cached(&heads)
        };
        assert_eq!([1, 2, 3].map(|number| parse(Direction::ToServer, &request(number))), [0, 0, 0]);
        assert_eq!([1, 1, 1].map(|number| parse(Direction::ToServer, &request(number))), [1, 1, 1]);
        // In the other direction, the same bytes are not a status line.
        assert_eq!(parse(Direction::ToClient, &request(1)), 1);
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(MAX_LENGTH));
        assert_eq!([0; 3].map(|_| parse(Direction::ToServer, &long)), [1; 3]);
        let response = "HTTP/1.1 200 OK\r\n\r\n";
        assert_eq!([0; 3].map(|_| parse(Direction::ToClient, response)), [1, 2, 2]);
        for number in 0..6_000 {
            // The second time, each head replaces the entry of its slot. The third time, it is the latest.
            parse(Direction::ToServer, &request(number / 3));
        }
        assert_eq!([1; 3].map(|number| parse(Direction::ToServer, &request(number))), [SLOTS; 3]);
        assert!(heads.latest(Direction::ToServer, request(1).as_bytes()).is_some());
        assert!(heads.latest(Direction::ToServer, request(2).as_bytes()).is_none());
        // A request has replaced the latest response in its slot.
        assert!(heads.latest(Direction::ToClient, response.as_bytes()).is_none());
        let mut requests = (0..2_000).map(request);
        assert!(requests.all(|request| heads.latest(Direction::ToClient, request.as_bytes()).is_none()));
    }
}
