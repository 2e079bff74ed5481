//! Fields that a header block may name by a number: RFC 7541, section 2.3.

use std::collections::VecDeque;

/// What a table holds until its encoder asks for another size: the default of `SETTINGS_HEADER_TABLE_SIZE`.
const DEFAULT_SIZE: usize = 4096;
/// An encoder that asks for more is not followed. Browsers ask for this much, servers for less.
const MAX_SIZE: usize = 64 * 1024;
/// What an entry counts beyond its bytes (section 4.1).
const OVERHEAD: usize = 32;

/// The static table, and behind it the dynamic one.
#[derive(Debug)]
pub(super) struct Table {
    /// The newest is the first.
    dynamic: VecDeque<(Vec<u8>, Vec<u8>)>,
    size: usize,
    max_size: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { dynamic: VecDeque::new(), size: 0, max_size: DEFAULT_SIZE }
    }
}

impl Table {
    /// The name and value with that number; numbers begin at 1.
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let at = index.checked_sub(1)?;
        match STATIC.get(at) {
            Some((name, value)) => Some((name.as_bytes(), value.as_bytes())),
            None => self.dynamic.get(at - STATIC.len()).map(|(name, value)| (&name[..], &value[..])),
        }
    }

    /// A new field. One that is larger than the table empties it (section 4.4).
    pub(super) fn add(&mut self, name: Vec<u8>, value: Vec<u8>) {
        self.size += size(&name, &value);
        self.dynamic.push_front((name, value));
        self.evict();
    }

    /// Another size. `None` when it is more than is followed.
    pub(super) fn resize(&mut self, max_size: usize) -> Option<()> {
        self.max_size = (max_size <= MAX_SIZE).then_some(max_size)?;
        self.evict();
        Some(())
    }

    fn evict(&mut self) {
        while self.size > self.max_size {
            let Some((name, value)) = self.dynamic.pop_back() else { return };
            self.size -= size(&name, &value);
        }
    }
}

fn size(name: &[u8], value: &[u8]) -> usize {
    name.len() + value.len() + OVERHEAD
}

/// Appendix A.
static STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];
