//! The bytes of a message body that were recorded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Maximum number of bytes of one body in the export.
const MAX_BODY: usize = 8 << 20;

/// The number of bytes that may still be held in memory, of all open calls.
#[derive(Debug)]
pub(super) struct Capacity(usize);

impl Default for Capacity {
    fn default() -> Self {
        Self(64 << 20)
    }
}

impl Capacity {
    /// Reserves up to `wanted` bytes, and returns how many.
    pub(super) fn reserve(&mut self, wanted: usize) -> usize {
        let granted = wanted.min(self.0);
        self.0 -= granted;
        granted
    }

    /// Returns bytes that are no longer held.
    pub(super) fn release(&mut self, bytes: usize) {
        self.0 += bytes;
    }
}

/// The beginning of a message body, as far as it was recorded.
#[derive(Debug, Default)]
pub(super) struct Body {
    bytes: Vec<u8>,
    /// Number of bytes of the body so far, recorded or not.
    length: u64,
    cut: Option<Cut>,
}

/// Reason why the end of a body is missing.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The recording does not contain it.
    Capture,
    /// It exceeds the limit of the export.
    Size,
}

impl Body {
    /// Adds `length` bytes, of which `recorded` are the first that were recorded.
    pub(super) fn add(&mut self, recorded: &[u8], length: u64, capacity: &mut Capacity) {
        self.length = self.length.saturating_add(length);
        if self.cut.is_some() {
            return;
        }
        let fitting = recorded.len().min(MAX_BODY.saturating_sub(self.bytes.len()));
        let fitting = capacity.reserve(fitting);
        self.bytes.extend_from_slice(recorded.get(..fitting).unwrap_or_default());
        if fitting < recorded.len() {
            self.cut = Some(Cut::Size);
        } else if (recorded.len() as u64) < length {
            self.cut = Some(Cut::Capture);
        }
    }

    /// Returns the recorded bytes at the beginning.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the number of bytes of the body, recorded or not.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// Returns a comment on the part of the body that is missing; empty if it is complete.
    pub(super) fn comment(&self) -> String {
        let (recorded, length) = (self.bytes.len(), self.length);
        match self.cut {
            None => String::new(),
            Some(Cut::Capture) => {
                format!(
                    "only the first {recorded} of {length} bytes were recorded; raise the limit of --capture"
                )
            }
            Some(Cut::Size) => format!("only the first {recorded} of {length} bytes are exported"),
        }
    }
}

/// Returns the bytes as text, or in base64 with the name of this encoding. If `is_cut`, the last character may be
/// incomplete, and is omitted.
pub(super) fn text(bytes: &[u8], is_cut: bool) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(error) if is_cut && error.error_len().is_none() => {
            let complete = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (String::from_utf8_lossy(complete).into_owned(), None)
        }
        Err(_) => (STANDARD.encode(bytes), Some("base64")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_ends_before_the_first_missing_byte() {
        let (mut body, mut capacity) = (Body::default(), Capacity::default());
        body.add(b"ab", 2, &mut capacity);
        assert_eq!(body.comment(), "");
        body.add(b"c", 3, &mut capacity);
        body.add(b"d", 1, &mut capacity);
        assert_eq!((body.bytes(), body.length(), body.is_cut()), (&b"abc"[..], 6, true));
        assert!(body.comment().contains("3 of 6"), "{}", body.comment());
    }

    #[test]
    fn bodies_share_a_bounded_capacity() {
        let mut capacity = Capacity(5);
        let mut bodies = [Body::default(), Body::default()];
        bodies[0].add(b"abcd", 4, &mut capacity);
        bodies[1].add(b"efgh", 4, &mut capacity);
        assert_eq!((bodies[1].bytes(), bodies[1].length()), (&b"e"[..], 4));
        capacity.release(bodies[0].bytes().len());
        assert_eq!(capacity.reserve(9), 4);
    }

    #[test]
    fn bytes_are_text_if_they_are_utf8() {
        assert_eq!(text("é".as_bytes(), false), ("é".to_owned(), None));
        assert_eq!(text(&"é".as_bytes()[..1], true), (String::new(), None));
        assert_eq!(text(&"é".as_bytes()[..1], false), ("ww==".to_owned(), Some("base64")));
        assert_eq!(text(b"\xff", true), ("/w==".to_owned(), Some("base64")));
    }
}
