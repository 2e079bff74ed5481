//! A buffer for a header of fixed length that may span several reads or writes.

use super::data::TransferData;
use super::text::HOLE;

/// Collects the bytes of a header of fixed length.
#[derive(Debug, Default)]
pub(super) struct HeaderBuffer(Vec<u8>);

impl HeaderBuffer {
    /// Appends the next bytes of `data`, up to a total of `length` bytes. Returns the number of appended bytes,
    /// and leaves them in `data`.
    ///
    /// # Errors
    /// The reason, if the next byte was not recorded.
    pub(super) fn fill(&mut self, length: usize, data: &TransferData<'_>) -> Result<u64, &'static str> {
        let wanted = length.saturating_sub(self.0.len());
        let next = data.recorded().get(..wanted).unwrap_or(data.recorded());
        self.0.extend_from_slice(next);
        if next.is_empty() { Err(HOLE) } else { Ok(next.len() as u64) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Empties the buffer, so that it can be used for the next header.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_buffer_takes_no_byte_beyond_the_header() {
        let mut header = HeaderBuffer::default();
        let mut data = TransferData::new(b"ab", 2);
        assert_eq!(header.fill(3, &data), Ok(2));
        data.take(2);
        assert_eq!(header.fill(3, &data), Err(HOLE));
        assert_eq!(header.fill(3, &TransferData::new(b"cd", 2)), Ok(1));
        assert_eq!(header.bytes(), b"abc");
        header.clear();
        assert!(header.bytes().is_empty());
    }
}
