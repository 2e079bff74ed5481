//! Headers of the link layer: where the IP packet begins in a frame.
//!
//! The numbers of link types are those of <https://www.tcpdump.org/linktypes.html>.

/// Reason why a frame is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotIp {
    /// Its link type is not supported.
    LinkType,
    /// It has another protocol, such as ARP.
    Protocol,
    /// The header of the link layer is cut off.
    Cut,
}

const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const RAW_BSD: u16 = 12;
const RAW_OPENBSD: u16 = 14;
const RAW: u16 = 101;
const LOOP: u16 = 108;
const LINUX_SLL: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
const LINUX_SLL2: u16 = 276;

/// Maximum number of VLAN tags. Two are usual (QinQ).
const MAX_TAGS: usize = 8;

/// Returns `true` if frames of this link type can be read.
pub(super) fn is_supported(link: u16) -> bool {
    matches!(
        link,
        NULL | ETHERNET | RAW_BSD | RAW_OPENBSD | RAW | LOOP | LINUX_SLL | IPV4 | IPV6 | LINUX_SLL2
    )
}

/// Returns the number of a link type, with its name if the type is common.
pub(super) fn link_type_name(link: u16) -> String {
    let name = match link {
        9 | 50 => "PPP",
        105 | 119 | 127 | 163 => "Wi-Fi",
        147..=162 => "reserved for private use",
        189 | 220 => "USB",
        187 | 201 | 254 => "Bluetooth",
        227 => "CAN",
        253 => "netlink",
        _ => return link.to_string(),
    };
    format!("{link} ({name})")
}

/// Returns the position of the IP header in a frame.
pub(super) fn ip_offset(link: u16, frame: &[u8]) -> Result<usize, NotIp> {
    let offset = match link {
        NULL | LOOP => loopback(frame),
        ETHERNET => after_type(frame, 12),
        LINUX_SLL => after_type(frame, 14),
        // The type is in front of the other fields.
        LINUX_SLL2 => after_type_in(frame, 0, 20),
        RAW | RAW_BSD | RAW_OPENBSD | IPV4 | IPV6 => Ok(0),
        _ => Err(NotIp::LinkType),
    }?;
    match frame.get(offset) {
        Some(0x40..=0x4f | 0x60..=0x6f) => Ok(offset),
        Some(_) => Err(NotIp::Protocol),
        None => Err(NotIp::Cut),
    }
}

/// Returns the position after an address family of 4 bytes.
///
/// It is in the byte order of the capturing machine, or of the network. The number for IPv6 depends on the system: Linux,
/// NetBSD and OpenBSD, FreeBSD, macOS.
fn loopback(frame: &[u8]) -> Result<usize, NotIp> {
    let number = u32::from_le_bytes(*frame.first_chunk().ok_or(NotIp::Cut)?);
    let is_ip = |number| matches!(number, 2 | 10 | 24 | 28 | 30);
    if is_ip(number) || is_ip(number.swap_bytes()) { Ok(4) } else { Err(NotIp::Protocol) }
}

fn after_type(frame: &[u8], at: usize) -> Result<usize, NotIp> {
    after_type_in(frame, at, at + 2)
}

/// Reads the EtherType at `at` and any VLAN tags. `next` is the position of what follows the header without tags.
fn after_type_in(frame: &[u8], mut at: usize, mut next: usize) -> Result<usize, NotIp> {
    const TAG: usize = 4;
    for _ in 0..=MAX_TAGS {
        match frame.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
            Some([0x08, 0x00] | [0x86, 0xdd]) => return Ok(next),
            // IEEE 802.1Q, 802.1ad, and the type that was used for QinQ before.
            Some([0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00]) => {
                at = next + 2;
                next += TAG;
            }
            Some(_) => return Err(NotIp::Protocol),
            None => return Err(NotIp::Cut),
        }
    }
    Err(NotIp::Protocol)
}
