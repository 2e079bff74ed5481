//! The bytes of a read or write, of which only a prefix may have been recorded.

/// Bytes of one read or write: a recorded prefix, and the number of bytes after it that were not recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransferData<'a> {
    recorded: &'a [u8],
    missing: u64,
}

impl<'a> TransferData<'a> {
    /// Returns a read or write of `length` bytes, of which `recorded` is the prefix that was recorded.
    pub(super) fn new(recorded: &'a [u8], length: u64) -> Self {
        // An invalid trace may contain more payload than the transfer has bytes.
        let most = usize::try_from(length).unwrap_or(usize::MAX);
        let recorded = recorded.get(..most).unwrap_or(recorded);
        Self { recorded, missing: length - recorded.len() as u64 }
    }

    /// Returns the number of bytes, recorded or not.
    pub(super) fn len(&self) -> u64 {
        self.recorded.len() as u64 + self.missing
    }

    pub(super) fn is_empty(&self) -> bool {
        self.recorded.is_empty() && self.missing == 0
    }

    /// Returns the recorded bytes.
    pub(super) fn recorded(&self) -> &'a [u8] {
        self.recorded
    }

    /// Returns the number of bytes that were not recorded.
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    /// Removes and returns the first `count` bytes, or all bytes if there are fewer.
    pub(super) fn take(&mut self, count: u64) -> Self {
        let length = usize::try_from(count).unwrap_or(usize::MAX).min(self.recorded.len());
        let (recorded, rest) = self.recorded.split_at(length);
        let missing = (count - length as u64).min(self.missing);
        self.recorded = rest;
        self.missing -= missing;
        Self { recorded, missing }
    }

    /// Removes and returns all bytes.
    pub(super) fn take_all(&mut self) -> Self {
        self.take(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn take_returns_recorded_bytes_then_missing_bytes() {
        let mut data = TransferData::new(b"abcdef", 10);
        assert_eq!((data.len(), data.missing()), (10, 4));
        let first = data.take(4);
        assert_eq!((first.recorded(), first.missing()), (&b"abcd"[..], 0));
        let second = data.take(3);
        assert_eq!((second.recorded(), second.missing()), (&b"ef"[..], 1));
        assert_eq!((data.take(9).len(), data.is_empty()), (3, true));
    }

    #[test]
    fn recorded_bytes_beyond_the_transfer_length_are_ignored() {
        let data = TransferData::new(b"abcdef", 2);
        assert_eq!((data.recorded(), data.missing()), (&b"ab"[..], 0));
    }
}
