//! What is left of a transfer.

/// Bytes of one transfer: first those that were recorded, then those of which only the number is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    missing: u64,
}

impl<'a> Chunk<'a> {
    /// A transfer of `length` bytes, of which the first were recorded.
    pub(super) fn new(recorded: &'a [u8], length: u64) -> Self {
        // A trace may say anything: more payload than bytes, for example.
        let most = usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = recorded.get(..most).unwrap_or(recorded);
        Self { bytes, missing: length - bytes.len() as u64 }
    }

    /// How many bytes, recorded or not.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64 + self.missing
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.missing == 0
    }

    /// Those that were recorded.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many were not.
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    /// Takes the first `count` bytes out, or as many as there are.
    pub(super) fn take(&mut self, count: u64) -> Self {
        let recorded = usize::try_from(count).unwrap_or(usize::MAX).min(self.bytes.len());
        let (bytes, rest) = self.bytes.split_at(recorded);
        let missing = (count - recorded as u64).min(self.missing);
        self.bytes = rest;
        self.missing -= missing;
        Self { bytes, missing }
    }

    /// Takes all that is left.
    pub(super) fn take_all(&mut self) -> Self {
        self.take(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_what_is_left_make_the_whole() {
        let mut chunk = Chunk::new(b"abcdef", 10);
        assert_eq!((chunk.len(), chunk.missing()), (10, 4));
        let first = chunk.take(4);
        assert_eq!((first.bytes(), first.missing()), (&b"abcd"[..], 0));
        let second = chunk.take(3);
        assert_eq!((second.bytes(), second.missing()), (&b"ef"[..], 1));
        assert_eq!((chunk.take(9).len(), chunk.is_empty()), (3, true));
    }

    #[test]
    fn payload_beyond_the_length_is_not_there() {
        let chunk = Chunk::new(b"abcdef", 2);
        assert_eq!((chunk.bytes(), chunk.missing()), (&b"ab"[..], 0));
    }
}
