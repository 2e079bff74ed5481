//! Which protocol a connection speaks, by its first bytes.

use super::chunk::Chunk;
use super::http2;
use super::way::Way;

/// What the first bytes of a connection say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Detected {
    Http1,
    Http2,
    /// None of ours; what is known of it.
    Other(&'static str),
}

/// Looks at the first bytes of a connection.
#[derive(Debug, Default)]
pub(super) struct Detector {}

impl Detector {
    /// What the connection speaks. `None` when none of its first bytes were recorded.
    pub(super) fn look(&mut self, way: Way, chunk: &Chunk<'_>) -> Option<Detected> {
        let bytes = chunk.bytes();
        if bytes.is_empty() {
            return None;
        }
        Some(if is_preface(bytes) || (way == Way::ToClient && http2::is_settings(bytes)) {
            Detected::Http2
        } else if is_request_line(bytes) || is_status_line(bytes) {
            Detected::Http1
        } else {
            Detected::Other("none of the known protocols")
        })
    }
}

/// Whether a client speaks HTTP/2. Three letters may be a method that begins alike.
fn is_preface(bytes: &[u8]) -> bool {
    bytes.len() > 3 && http2::PREFACE.starts_with(prefix(bytes, http2::PREFACE.len()))
}

fn prefix(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}

/// Whether a request line of HTTP/1 begins so: a method of capital letters, and a space.
pub(super) fn is_request_line(bytes: &[u8]) -> bool {
    /// `UPDATEREDIRECTREF` is the longest that is registered.
    const LONGEST: usize = 17;
    let bytes = prefix(bytes, LONGEST + 1);
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'-').count();
    match bytes.get(letters) {
        Some(byte) => *byte == b' ' && letters > 0,
        None => letters <= LONGEST,
    }
}

/// Whether a status line of HTTP/1 begins so.
pub(super) fn is_status_line(bytes: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"HTTP/1.";
    BEGINNING.starts_with(prefix(bytes, BEGINNING.len()))
}
