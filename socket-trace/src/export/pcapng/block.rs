//! Encodes the blocks of a pcapng file (draft-ietf-opsawg-pcapng) in little-endian byte order.
//!
//! Every block has the form `type, length, fields, options, length`, padded to a multiple of 4 bytes.

use std::io::{self, Write};
use std::time::Duration;

/// Link type of packets that begin with an IP header.
const LINKTYPE_RAW: u16 = 101;

/// Value of the option `if_tsresol`: timestamps are in units of 10^-9 s.
const NANOSECONDS: u8 = 9;

const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;

/// A pcapng block that is being encoded. Fields and options are appended to it.
pub(super) struct Block {
    /// The type, a placeholder for the length, and everything appended so far.
    bytes: Vec<u8>,
    has_options: bool,
}

impl Block {
    fn new(block_type: u32) -> Self {
        let mut bytes = block_type.to_le_bytes().to_vec();
        bytes.extend([0; 4]);
        Self { bytes, has_options: false }
    }

    /// Returns a section header block for a section of unknown length. `application` is the program that
    /// writes the file.
    pub(super) fn section_header(application: &str) -> Self {
        const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;
        const MAJOR: u16 = 1;
        const MINOR: u16 = 0;
        let mut block = Self::new(0x0A0D_0D0A);
        block.bytes.extend(BYTE_ORDER_MAGIC.to_le_bytes());
        block.bytes.extend(MAJOR.to_le_bytes());
        block.bytes.extend(MINOR.to_le_bytes());
        block.bytes.extend((-1_i64).to_le_bytes());
        block.option(4, application.as_bytes())
    }

    /// Returns an interface description block. The interface has no limit on the length of its packets.
    pub(super) fn interface(name: &str, description: &str) -> Self {
        let mut block = Self::new(1);
        block.bytes.extend(LINKTYPE_RAW.to_le_bytes());
        block.bytes.extend([0; 2]);
        block.u32(0);
        block.option(2, name.as_bytes()).option(3, description.as_bytes()).option(9, &[NANOSECONDS])
    }

    /// Returns a packet block for a packet of `original_len` bytes, of which only `data` was recorded.
    pub(super) fn packet(interface: u32, at: Duration, data: &[u8], original_len: u32) -> Self {
        let mut block = Self::new(6);
        block.u32(interface);
        block.timestamp(at);
        block.u32(u32::try_from(data.len()).unwrap_or(u32::MAX));
        block.u32(original_len);
        block.padded(data);
        block
    }

    /// Returns an interface statistics block with the number of packets that were dropped up to the time
    /// `at`.
    pub(super) fn statistics(interface: u32, at: Duration, dropped: u64) -> Self {
        let mut block = Self::new(5);
        block.u32(interface);
        block.timestamp(at);
        block.option(5, &dropped.to_le_bytes())
    }

    /// Appends a comment option.
    pub(super) fn comment(self, comment: &str) -> Self {
        self.option(OPT_COMMENT, comment.as_bytes())
    }

    /// Appends the option `epb_flags` of a packet. Its bits state, for example, the direction of the packet.
    pub(super) fn flags(self, flags: u32) -> Self {
        self.option(2, &flags.to_le_bytes())
    }

    /// Appends the number of packets that were dropped before this packet.
    pub(super) fn drop_count(self, packets: u64) -> Self {
        self.option(4, &packets.to_le_bytes())
    }

    /// Appends an option. A value that is longer than 64 KiB - 1 bytes is truncated.
    fn option(mut self, code: u16, value: &[u8]) -> Self {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.bytes.extend(code.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.padded(&value[..usize::from(length)]);
        self.has_options = true;
        self
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    /// Appends a timestamp: first its upper 32 bits, then its lower 32 bits, whatever the byte order of the
    /// file.
    fn timestamp(&mut self, at: Duration) {
        let nanoseconds = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        self.u32((nanoseconds >> 32) as u32);
        self.u32(nanoseconds as u32);
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// Completes the block and writes it.
    pub(super) fn write(mut self, out: &mut impl Write) -> io::Result<()> {
        if self.has_options {
            self.bytes.extend(OPT_END.to_le_bytes());
            self.bytes.extend([0; 2]);
        }
        let length = u32::try_from(self.bytes.len() + 4).map_err(io::Error::other)?.to_le_bytes();
        self.bytes[4..8].copy_from_slice(&length);
        self.bytes.extend(length);
        out.write_all(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packet_block_has_captured_and_original_length() {
        let mut out = Vec::new();
        let at = Duration::from_nanos((7 << 32) + 9);
        Block::packet(3, at, b"abcde", 60).flags(2).write(&mut out).unwrap();
        let words: Vec<u32> =
            out.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        // Type, length, interface, time, captured and original length, 8 bytes of data, option, end, length.
        assert_eq!(words[..7], [6, 52, 3, 7, 9, 5, 60]);
        assert_eq!(&out[28..36], b"abcde\0\0\0");
        assert_eq!(words[9..], [0x0004_0002, 2, 0, 52]);
    }

    #[test]
    fn overlong_pcapng_option_is_truncated() {
        let mut out = Vec::new();
        Block::section_header("test").comment(&"x".repeat(70_000)).write(&mut out).unwrap();
        assert_eq!(out.len() % 4, 0);
        assert_eq!(out[4..8], u32::try_from(out.len()).unwrap().to_le_bytes());
    }
}
