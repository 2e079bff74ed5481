//! Reads the fields of a message body, which may be truncated.

/// The unread fields of a message body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    /// Reads a byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Reads a 16-bit number. All 16-bit numbers of the protocol are counts or format codes.
    pub(super) fn int16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Reads a 32-bit number.
    pub(super) fn int32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// Reads a string that ends with a zero byte. `None` if its end is missing.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|byte| *byte == 0)?;
        let string = self.bytes(end);
        self.bytes(1)?;
        string
    }

    /// Reads a string up to its zero byte, or else to the end of the bytes. The flag is `true` if the
    /// string's end is missing.
    pub(super) fn string_or_rest(&mut self) -> (&'a [u8], bool) {
        match self.string() {
            Some(string) => (string, false),
            None => (std::mem::take(&mut self.rest), true),
        }
    }

    /// Reads `count` bytes. `None` if fewer bytes are left.
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.first_chunk().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_fields_are_parsed_in_order() {
        let mut fields = Fields::new(b"\x07ab\0\0\x02\xff\xff\xff\xffcd");
        assert_eq!((fields.byte(), fields.string()), (Some(7), Some(&b"ab"[..])));
        assert_eq!((fields.int16(), fields.int32()), (Some(2), Some(-1)));
        assert_eq!(fields.bytes(3), None);
        assert_eq!((fields.string(), fields.string_or_rest()), (None, (&b"cd"[..], true)));
    }
}
