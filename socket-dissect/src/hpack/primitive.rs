//! Decodes the integers and strings of HPACK: RFC 7541, section 5.

use std::borrow::Cow;

use super::huffman;

/// The error for a malformed header block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Bytes of a header block that have not been read yet.
#[derive(Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Returns the next byte without consuming it.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.bytes.split_first().ok_or(Malformed)?;
        self.bytes = rest;
        Ok(*first)
    }

    /// Reads an integer that begins in the lowest `prefix` bits of the next byte (section 5.1).
    pub(super) fn integer(&mut self, prefix: u8) -> Result<usize, Malformed> {
        let mask = u8::MAX >> (8 - prefix);
        let mut value = usize::from(self.byte()? & mask);
        if value < usize::from(mask) {
            return Ok(value);
        }
        // Four more bytes reach 2^28, which exceeds every valid length and index.
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// Reads a string literal, Huffman-coded or plain (section 5.2).
    pub(super) fn string(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let is_coded = self.peek().ok_or(Malformed)? & 0x80 > 0;
        let length = self.integer(7)?;
        let (string, rest) = self.bytes.split_at_checked(length).ok_or(Malformed)?;
        self.bytes = rest;
        match is_coded {
            true => huffman::decode(string).map(Cow::Owned).ok_or(Malformed),
            false => Ok(Cow::Borrowed(string)),
        }
    }
}
