//! Reads the length-prefixed fields of TLS messages: RFC 8446, section 3.4.

/// Bytes of a TLS message that have not been read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// Removes and returns the first `count` bytes. `None` if there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// Removes and returns a vector whose length is encoded in one byte.
    pub(super) fn vector8(&mut self) -> Option<Self> {
        let length = self.u8()?;
        self.take(length.into()).map(Fields)
    }

    /// Removes and returns a vector whose length is encoded in two bytes.
    pub(super) fn vector16(&mut self) -> Option<Self> {
        let length = self.u16()?;
        self.take(length.into()).map(Fields)
    }

    /// Removes and returns a vector whose length is encoded in two bytes. If the message is truncated inside
    /// the vector, returns the remaining bytes.
    pub(super) fn vector16_or_beginning(&mut self) -> Option<Self> {
        let length = usize::from(self.u16()?).min(self.0.len());
        self.take(length).map(Fields)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
