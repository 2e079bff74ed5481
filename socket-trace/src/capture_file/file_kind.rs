//! The kind of a file, by its first bytes.

use super::byte_order::ByteOrder;

/// Number of bytes by which the kind of a file is recognized.
pub(super) const MAGIC: usize = 4;

/// The type of a pcapng section header, which is the same in both byte orders.
pub(super) const SECTION_HEADER: [u8; MAGIC] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The kind of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Pcapng,
    /// The older format, with the number of nanoseconds in a unit of its timestamps.
    Pcap(ByteOrder, u32),
    /// Another kind of file, with the remedy.
    Other(&'static str),
}

impl FileKind {
    pub(super) fn of(first: &[u8]) -> Self {
        match first {
            [] => Self::Other("is empty; expected a capture (pcap, pcapng) or a log of strace"),
            [0x0a, 0x0d, 0x0d, 0x0a, ..] => Self::Pcapng,
            [0xd4, 0xc3, 0xb2, 0xa1, ..] => Self::Pcap(ByteOrder::Little, 1_000),
            [0xa1, 0xb2, 0xc3, 0xd4, ..] => Self::Pcap(ByteOrder::Big, 1_000),
            [0x4d, 0x3c, 0xb2, 0xa1, ..] => Self::Pcap(ByteOrder::Little, 1),
            [0xa1, 0xb2, 0x3c, 0x4d, ..] => Self::Pcap(ByteOrder::Big, 1),
            [0x34, 0xcd, 0xb2, 0xa1, ..] | [0xa1, 0xb2, 0xcd, 0x34, ..] => {
                Self::Other("is of a modified pcap format; convert it with `editcap -F pcapng IN OUT`")
            }
            [b's', b'n', b'o', b'o', ..] => {
                Self::Other("is a snoop capture; convert it with `editcap -F pcapng IN OUT`")
            }
            [0x1f, 0x8b, ..] => {
                Self::Other("is compressed; decompress it: `gunzip -c FILE | socket-trace import - -o OUT`")
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Self::Other("is compressed; decompress it: `zstd -dc FILE | socket-trace import - -o OUT`")
            }
            [0x04, 0x22, 0x4d, 0x18, ..] => {
                Self::Other("is compressed; decompress it: `lz4 -dc FILE | socket-trace import - -o OUT`")
            }
            [b'{', ..] => Self::Other("is not a capture file; `socket-trace show` reads a trace as it is"),
            _ => Self::Other("is neither a capture (pcap, pcapng) nor a log of strace"),
        }
    }
}

/// Returns `true` if a file with these first 4 bytes is a capture file, pcap or pcapng.
///
/// ```
/// assert!(socket_trace::capture_file::is_capture(b"\xd4\xc3\xb2\xa1"));
/// assert!(!socket_trace::capture_file::is_capture(b"1234 accept4(3, "));
/// ```
#[must_use]
pub fn is_capture(first: &[u8]) -> bool {
    !matches!(FileKind::of(first), FileKind::Other(_))
}
