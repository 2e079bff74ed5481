//! The static and the dynamic table of HPACK: RFC 7541, section 2.3.

use std::collections::VecDeque;

/// Initial size of the dynamic table: the default of `SETTINGS_HEADER_TABLE_SIZE`.
const DEFAULT_SIZE: usize = 4096;
/// Maximum size of the dynamic table. Browsers request this size; servers request less.
const MAX_SIZE: usize = 64 * 1024;
/// Number of bytes by which the size of an entry exceeds the total length of its name and value (section
/// 4.1).
const OVERHEAD: usize = 32;

/// The static table, followed by the entries of the dynamic table.
#[derive(Debug)]
pub(super) struct Table {
    /// Names and values of the dynamic table, newest first.
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
    /// Returns the name and value at an index, counted from 1. Indices of the dynamic table follow those of
    /// the static table.
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let at = index.checked_sub(1)?;
        match STATIC.get(at) {
            Some((name, value)) => Some((name.as_bytes(), value.as_bytes())),
            None => self.dynamic.get(at - STATIC.len()).map(|(name, value)| (&name[..], &value[..])),
        }
    }

    /// Adds an entry to the dynamic table. An entry larger than the table empties it (section 4.4).
    pub(super) fn add(&mut self, name: Vec<u8>, value: Vec<u8>) {
        self.size += size(&name, &value);
        self.dynamic.push_front((name, value));
        self.evict();
    }

    /// Changes the size of the dynamic table. `None` if the size exceeds [`MAX_SIZE`].
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

/// Names and values of the static table (RFC 7541, appendix A).
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
