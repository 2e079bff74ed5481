//! Finds the message boundaries in a request body. Each message has a prefix of five bytes: a compression
//! flag and the length.

const PREFIX_BYTES: usize = 5;

/// A finder of the message boundaries in a request body, which arrives in chunks of any size.
#[derive(Debug)]
pub(super) struct Framing {
    max_message_bytes: usize,
    /// The received bytes of the current message's prefix.
    prefix: Vec<u8>,
    /// Number of bytes of the current message that have not arrived yet. Only valid while the prefix is
    /// complete.
    missing: usize,
}

/// Error: a message is longer than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Framing {
    pub(super) fn new(max_message_bytes: usize) -> Self {
        Self { max_message_bytes, prefix: Vec::new(), missing: 0 }
    }

    /// Reads the next chunk of the body. Returns `true` if a message ends in it.
    ///
    /// # Errors
    /// If a message is longer than the limit. The boundaries after it cannot be found.
    pub(super) fn advance(&mut self, mut chunk: &[u8]) -> Result<bool, TooLarge> {
        let mut completes = false;
        while !chunk.is_empty() {
            let in_prefix = self.prefix.len() < PREFIX_BYTES;
            let wanted = if in_prefix { PREFIX_BYTES - self.prefix.len() } else { self.missing };
            let (part, rest) = chunk.split_at(wanted.min(chunk.len()));
            chunk = rest;
            if in_prefix {
                self.prefix.extend_from_slice(part);
                self.missing = self.message_bytes()?;
            } else {
                self.missing -= part.len();
            }
            if self.prefix.len() == PREFIX_BYTES && self.missing == 0 {
                self.prefix.clear();
                completes = true;
            }
        }
        Ok(completes)
    }

    /// Returns `true` if the bytes that have been read end with a complete message, or if there are none.
    pub(super) fn is_at_boundary(&self) -> bool {
        self.prefix.is_empty()
    }

    /// Returns the length that the message's prefix declares, or 0 while the prefix is incomplete.
    fn message_bytes(&self) -> Result<usize, TooLarge> {
        let &[_compressed, a, b, c, d] = self.prefix.as_slice() else { return Ok(0) };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| TooLarge)?;
        if length <= self.max_message_bytes { Ok(length) } else { Err(TooLarge) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE_MESSAGES: &[u8] = b"\0\0\0\0\x02ab\x01\0\0\0\0\0\0\0\0\x01\0";
    const BOUNDARIES: [usize; 3] = [7, 12, 18];

    #[test]
    fn message_boundaries_are_found_for_any_chunk_size() {
        for size in 1..=THREE_MESSAGES.len() {
            let (mut framing, mut at) = (Framing::new(2), 0);
            for chunk in THREE_MESSAGES.chunks(size) {
                let range = at + 1..=at + chunk.len();
                at += chunk.len();
                let completes = BOUNDARIES.iter().any(|boundary| range.contains(boundary));
                assert_eq!(framing.advance(chunk), Ok(completes), "{size}: {at}");
                assert_eq!(framing.is_at_boundary(), BOUNDARIES.contains(&at), "{size}: {at}");
            }
        }
    }

    #[test]
    fn message_above_the_limit_is_rejected() {
        let advance = |length: u32| Framing::new(100).advance(&[&[0], &length.to_be_bytes()[..]].concat());
        assert_eq!(advance(100), Ok(false));
        assert_eq!(advance(101), Err(TooLarge));
        assert_eq!(advance(u32::MAX), Err(TooLarge));
    }
}
