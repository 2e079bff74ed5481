//! Heads that were parsed before.
//!
//! Most clients send the same request head again and again, on all of their connections. A server repeats a response head
//! until its `Date` changes. To copy a parsed head takes a fraction of the time that parsing takes.

use foldhash::fast::FixedState;
use std::hash::BuildHasher as _;

use super::super::detail::ListedFields;
use super::super::direction::Direction;
use super::head::Head;

/// Number of places. A head can take one of them, so that it is found or replaced at once.
const PLACES: usize = 64;

/// Maximum length of a head that is kept, in bytes: most are shorter. With [`PLACES`], it limits the memory.
const MAX_LENGTH: usize = 1024;

/// The last heads that were repeated, of all connections of a recording.
#[derive(Debug, Default)]
pub(in super::super) struct KnownHeads {
    /// Empty before the first head.
    places: Vec<Place>,
}

#[derive(Debug, Default)]
struct Place {
    /// Hash of the last head that was parsed. One that differs each time is not worth a copy.
    seen: u64,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    direction: Direction,
    bytes: Box<[u8]>,
    head: Head,
}

impl KnownHeads {
    /// Parses a complete head like [`Head::parse`], or returns a copy of what was parsed before. `listed` must always be the
    /// same.
    pub(super) fn parse(&mut self, direction: Direction, bytes: &[u8], listed: ListedFields) -> Option<Head> {
        if bytes.len() > MAX_LENGTH {
            return Head::parse(direction, bytes, listed);
        }
        let hash = FixedState::default().hash_one(bytes);
        self.places.resize_with(PLACES, Place::default);
        let place = self.places.get_mut(hash as usize % PLACES)?;
        if let Some(known) = &place.known
            && known.direction == direction
            && *known.bytes == *bytes
        {
            return Some(known.head.clone());
        }
        let head = Head::parse(direction, bytes, listed)?;
        if place.seen == hash {
            place.known = Some(Known { direction, bytes: bytes.into(), head: head.clone() });
        }
        place.seen = hash;
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_heads_equal_the_parsed_ones() {
        let mut heads = KnownHeads::default();
        let known = |heads: &KnownHeads| heads.places.iter().filter(|place| place.known.is_some()).count();
        let request = |number: usize| format!("GET /{number} HTTP/1.1\r\nContent-Length: {number}\r\n\r\n");
        let mut parse = |direction, text: &str| {
            let head = heads.parse(direction, text.as_bytes(), ListedFields::All);
            let expected = Head::parse(direction, text.as_bytes(), ListedFields::All);
            assert_eq!(format!("{head:?}"), format!("{expected:?}"));
            known(&heads)
        };
        assert_eq!([1, 2, 3].map(|number| parse(Direction::ToServer, &request(number))), [0, 0, 0]);
        assert_eq!([1, 1, 1].map(|number| parse(Direction::ToServer, &request(number))), [1, 1, 1]);
        // The same bytes in the other direction are no status line.
        assert_eq!(parse(Direction::ToClient, &request(1)), 1);
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(MAX_LENGTH));
        assert_eq!([0; 3].map(|_| parse(Direction::ToServer, &long)), [1; 3]);
        for number in 0..10_000 {
            assert!(parse(Direction::ToServer, &request(number % 5_000)) <= PLACES);
        }
    }
}
