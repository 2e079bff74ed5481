//! Blocks of a pcapng file: `draft-ietf-opsawg-pcapng`.
//!
//! The writer is our own: it needs four types of block, and the crate `pcap-file` would add seven crates to the build.

use std::io::{self, Write};
use std::time::Duration;

/// Option codes, which depend on the type of block except for comments.
pub(super) mod option {
    pub(in super::super) const COMMENT: u16 = 1;
    pub(in super::super) const SECTION_APPLICATION: u16 = 4;
    pub(in super::super) const INTERFACE_NAME: u16 = 2;
    pub(in super::super) const INTERFACE_DESCRIPTION: u16 = 3;
    pub(in super::super) const INTERFACE_TIME_RESOLUTION: u16 = 9;
    pub(in super::super) const PACKET_FLAGS: u16 = 2;
    pub(in super::super) const PACKET_DROP_COUNT: u16 = 4;
    pub(in super::super) const STATISTICS_DROPPED: u16 = 5;
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// Marks the byte order of the file.
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Version 1.0, as major and minor number.
const VERSION: [u16; 2] = [1, 0];

/// The length of a section that ends with the file.
const UNKNOWN_LENGTH: i64 = -1;

/// Link type of packets that begin with the IP header.
const LINKTYPE_RAW: u16 = 101;

/// The options at the end of a block.
#[derive(Debug, Default)]
pub(super) struct Options(Vec<u8>);

impl Options {
    /// Adds an option. Values are cut at the maximum length of an option.
    pub(super) fn add(&mut self, code: u16, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        let value = value.get(..length.into()).unwrap_or(value);
        self.0.extend(code.to_le_bytes());
        self.0.extend(length.to_le_bytes());
        self.0.extend_from_slice(value);
        pad(&mut self.0);
    }

    fn append_to(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(&self.0);
        if !self.0.is_empty() {
            // The end of options, which has no length.
            body.extend([0; 4]);
        }
    }
}

/// A packet of an interface.
#[derive(Debug)]
pub(super) struct Packet {
    /// Time since 1970.
    pub(super) at: Duration,
    /// Length on the network, which may exceed that of the data.
    pub(super) original_len: u32,
    pub(super) data: Vec<u8>,
    pub(super) options: Options,
}

/// Writes the header of the only section.
pub(super) fn section_header(out: &mut impl Write, options: &Options) -> io::Result<()> {
    let mut body = BYTE_ORDER_MAGIC.to_le_bytes().to_vec();
    body.extend(VERSION.into_iter().flat_map(u16::to_le_bytes));
    body.extend(UNKNOWN_LENGTH.to_le_bytes());
    write(out, SECTION_HEADER, body, options)
}

/// Writes the description of an interface whose packets are not cut.
pub(super) fn interface_description(out: &mut impl Write, options: &Options) -> io::Result<()> {
    let mut body = LINKTYPE_RAW.to_le_bytes().to_vec();
    // Reserved, and no limit for the length of packets.
    body.extend([0; 6]);
    write(out, INTERFACE_DESCRIPTION, body, options)
}

/// Writes a packet.
pub(super) fn enhanced_packet(out: &mut impl Write, interface: u32, packet: &Packet) -> io::Result<()> {
    let captured = u32::try_from(packet.data.len()).map_err(io::Error::other)?;
    let mut body = interface.to_le_bytes().to_vec();
    body.extend(timestamp(packet.at));
    body.extend(captured.to_le_bytes());
    body.extend(packet.original_len.to_le_bytes());
    body.extend_from_slice(&packet.data);
    pad(&mut body);
    write(out, ENHANCED_PACKET, body, &packet.options)
}

/// Writes the statistics of an interface.
pub(super) fn interface_statistics(
    out: &mut impl Write,
    interface: u32,
    at: Duration,
    options: &Options,
) -> io::Result<()> {
    let mut body = interface.to_le_bytes().to_vec();
    body.extend(timestamp(at));
    write(out, INTERFACE_STATISTICS, body, options)
}

/// Returns nanoseconds since 1970: the upper half, then the lower one.
fn timestamp(at: Duration) -> impl Iterator<Item = u8> {
    let ns = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX).to_le_bytes();
    let [a, b, c, d, e, f, g, h] = ns;
    [e, f, g, h, a, b, c, d].into_iter()
}

fn write(out: &mut impl Write, kind: u32, mut body: Vec<u8>, options: &Options) -> io::Result<()> {
    /// Type and length before the body, and the length again after it.
    const FRAME: usize = 12;
    options.append_to(&mut body);
    let length = u32::try_from(body.len() + FRAME).map_err(io::Error::other)?.to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length)?;
    out.write_all(&body)?;
    out.write_all(&length)
}

/// Fills up to a multiple of 4 bytes.
fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packet_block_has_the_layout_of_the_draft() {
        let mut options = Options::default();
        options.add(option::COMMENT, b"abc");
        let at = Duration::from_nanos(0x0102_0304_0506_0708);
        let packet = Packet { at, original_len: 9, data: vec![0xaa; 5], options };
        let mut block = Vec::new();
        enhanced_packet(&mut block, 7, &packet).unwrap();
        let expected = [
            &[6, 0, 0, 0, 56, 0, 0, 0][..],
            &[7, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5, 5, 0, 0, 0, 9, 0, 0, 0],
            &[0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0, 0, 0],
            &[1, 0, 3, 0, b'a', b'b', b'c', 0, 0, 0, 0, 0],
            &[56, 0, 0, 0],
        ];
        assert_eq!(block, expected.concat());
    }

    #[test]
    fn block_without_options_has_no_end_of_options() {
        let mut block = Vec::new();
        interface_description(&mut block, &Options::default()).unwrap();
        assert_eq!(block, [1, 0, 0, 0, 20, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0]);
    }
}
