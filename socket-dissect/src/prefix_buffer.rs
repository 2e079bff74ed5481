//! A buffer for the first bytes of a protocol unit that may span several reads or writes.

use super::data::TransferData;

/// Collects the first bytes of a protocol unit, up to a limit or to the first byte that was not recorded.
#[derive(Debug, Default)]
pub(super) struct PrefixBuffer {
    bytes: Vec<u8>,
    limit: usize,
    is_cut: bool,
}

impl PrefixBuffer {
    /// Returns a buffer for at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, is_cut: false }
    }

    /// Adds the next bytes of the unit, and drops those beyond the limit.
    pub(super) fn add(&mut self, data: TransferData<'_>) {
        let (fitting, is_cut) = self.fitting(data);
        self.bytes.extend_from_slice(fitting);
        self.is_cut |= is_cut;
    }

    /// Adds the next bytes of the unit, and returns its first bytes. The flag is `true` if these are not all. Copies nothing if
    /// the unit consists only of `data`: `is_last` is `true` if nothing follows.
    pub(super) fn add_and_get<'a>(&'a mut self, data: TransferData<'a>, is_last: bool) -> (&'a [u8], bool) {
        if is_last && self.bytes.is_empty() && !self.is_cut {
            return self.fitting(data);
        }
        self.add(data);
        (&self.bytes, self.is_cut)
    }

    /// Returns the bytes of `data` that fit into the buffer. The flag is `true` if these are not all.
    fn fitting<'a>(&self, data: TransferData<'a>) -> (&'a [u8], bool) {
        let capacity = if self.is_cut { 0 } else { self.limit.saturating_sub(self.bytes.len()) };
        let fitting = data.recorded().get(..capacity).unwrap_or(data.recorded());
        (fitting, (fitting.len() as u64) < data.len())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns at most the first `max` bytes.
    pub(super) fn first(&self, max: usize) -> &[u8] {
        self.bytes.get(..max).unwrap_or(&self.bytes)
    }

    /// Returns `true` if the buffer does not contain all bytes of the unit.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Empties the buffer, so that it can be used for the next unit.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_buffer_ends_before_the_first_unrecorded_byte() {
        let mut buffer = PrefixBuffer::new(4);
        buffer.add(TransferData::new(b"ab", 2));
        assert!(!buffer.is_cut());
        buffer.add(TransferData::new(b"c", 2));
        buffer.add(TransferData::new(b"d", 1));
        assert_eq!((buffer.bytes(), buffer.is_cut()), (&b"abc"[..], true));
        buffer.clear();
        assert_eq!(buffer.add_and_get(TransferData::new(b"abcde", 5), true), (&b"abcd"[..], true));
        assert_eq!((buffer.bytes(), buffer.is_cut()), (&b""[..], false), "nothing was copied");
        assert_eq!(buffer.add_and_get(TransferData::new(b"ab", 2), false), (&b"ab"[..], false));
        assert_eq!(buffer.add_and_get(TransferData::new(b"c", 1), true), (&b"abc"[..], false));
        buffer.clear();
        buffer.add(TransferData::new(b"abcde", 5));
        assert_eq!((buffer.bytes(), buffer.is_cut()), (&b"abcd"[..], true));
    }
}
