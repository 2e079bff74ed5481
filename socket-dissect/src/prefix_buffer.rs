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
        let capacity = if self.is_cut { 0 } else { self.limit.saturating_sub(self.bytes.len()) };
        let fitting = data.recorded().get(..capacity).unwrap_or(data.recorded());
        self.bytes.extend_from_slice(fitting);
        self.is_cut |= (fitting.len() as u64) < data.len();
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
        buffer.add(TransferData::new(b"abcde", 5));
        assert_eq!((buffer.bytes(), buffer.is_cut()), (&b"abcd"[..], true));
    }
}
