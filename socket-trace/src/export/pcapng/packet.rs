//! Encodes TCP and UDP packets over IPv4 and IPv6, without a link layer.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader, TcpOptionElement, UdpHeader};

/// Maximum number of payload bytes in an IPv4 packet with a TCP header. IPv6 would allow a little more.
pub(super) const MAX_TCP: usize = 65_495;

/// Maximum number of payload bytes in a UDP datagram over IPv4.
pub(super) const MAX_UDP: usize = 65_507;

/// Hop limit (TTL) of all packets: the default of Linux.
const HOP_LIMIT: u8 = 64;

/// TCP window of both endpoints, in units of `1 << SCALE` bytes. It exceeds the bytes in flight, so that
/// Wireshark never reports a full window.
const WINDOW: u16 = u16::MAX;

/// TCP window scale option (RFC 7323) of both endpoints: the window is in units of `1 << SCALE` bytes.
const SCALE: u8 = 14;

/// Payload of a packet, which may be recorded only in part.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Payload<'a> {
    /// The recorded bytes: a prefix of the payload.
    pub(super) known: &'a [u8],
    /// Number of payload bytes, recorded or not.
    pub(super) length: usize,
}

impl<'a> Payload<'a> {
    /// Creates a payload of `length` bytes from its recorded prefix.
    pub(super) fn of(length: usize, recorded: Option<&'a [u8]>) -> Self {
        let recorded = recorded.unwrap_or_default();
        Self { known: recorded.get(..length).unwrap_or(recorded), length }
    }

    /// Returns `true` if some bytes of the payload were not recorded.
    pub(super) fn is_cut(self) -> bool {
        self.known.len() < self.length
    }

    /// Returns at most `max` bytes of the payload, starting at the offset `from`.
    pub(super) fn part(self, from: usize, max: usize) -> Self {
        let known = self.known.get(from..).unwrap_or_default();
        Self::of(self.length.saturating_sub(from).min(max), Some(known))
    }
}

/// Kind of a TCP packet, which determines its TCP flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flags {
    Syn,
    SynAck,
    Ack,
    Data { push: bool },
    Fin,
    Rst,
}

/// Returns a TCP header without sequence numbers.
pub(super) fn tcp_header(from: SocketAddr, to: SocketAddr, flags: Flags) -> TcpHeader {
    let mut header = TcpHeader::new(from.port(), to.port(), 0, WINDOW);
    header.syn = matches!(flags, Flags::Syn | Flags::SynAck);
    header.ack = flags != Flags::Syn;
    header.psh = flags == Flags::Data { push: true };
    header.fin = flags == Flags::Fin;
    header.rst = flags == Flags::Rst;
    if header.syn {
        let max_segment = u16::try_from(MAX_TCP).unwrap_or(u16::MAX);
        let options = [
            TcpOptionElement::MaximumSegmentSize(max_segment),
            TcpOptionElement::Noop,
            TcpOptionElement::WindowScale(SCALE),
        ];
        // The options take 8 bytes of at most 40.
        let _ = header.set_options(&options);
    }
    header
}

/// Appends a TCP packet, and returns its length on the network. This length exceeds the number of appended
/// bytes if the payload is truncated.
///
/// The checksum of a truncated packet is unknown; Wireshark does not check it.
pub(super) fn tcp(
    out: &mut Vec<u8>,
    from: IpAddr,
    to: IpAddr,
    mut header: TcpHeader,
    payload: Payload<'_>,
) -> usize {
    if !payload.is_cut() {
        let sum = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                header.calc_checksum_ipv4_raw(from.octets(), to.octets(), payload.known)
            }
            _ => header.calc_checksum_ipv6_raw(octets(from), octets(to), payload.known),
        };
        header.checksum = sum.unwrap_or_default();
    }
    let above = header.header_len() + payload.length;
    let length = ip(out, from, to, IpNumber::TCP, above);
    out.extend_from_slice(&header.to_bytes());
    out.extend_from_slice(payload.known);
    length
}

/// Appends a UDP packet, and returns its length on the network, as [`tcp`] does.
pub(super) fn udp(out: &mut Vec<u8>, from: SocketAddr, to: SocketAddr, payload: Payload<'_>) -> usize {
    let above = UdpHeader::LEN + payload.length;
    let (source_port, destination_port) = (from.port(), to.port());
    // UDP over IPv6 requires a checksum.
    let mut header = UdpHeader { source_port, destination_port, length: narrow(above), checksum: u16::MAX };
    if !payload.is_cut() {
        let sum = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                header.calc_checksum_ipv4_raw(from.octets(), to.octets(), payload.known)
            }
            (from, to) => header.calc_checksum_ipv6_raw(octets(from), octets(to), payload.known),
        };
        header.checksum = sum.unwrap_or(u16::MAX);
    }
    let length = ip(out, from.ip(), to.ip(), IpNumber::UDP, above);
    out.extend_from_slice(&header.to_bytes());
    out.extend_from_slice(payload.known);
    length
}

/// Appends an IP header for a packet with `above` bytes after this header: the transport header and the
/// payload. Returns the length of the packet.
fn ip(out: &mut Vec<u8>, from: IpAddr, to: IpAddr, next: IpNumber, above: usize) -> usize {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let length = Ipv4Header::MIN_LEN + above;
            let mut header = Ipv4Header {
                total_len: narrow(length),
                dont_fragment: true,
                time_to_live: HOP_LIMIT,
                protocol: next,
                source: from.octets(),
                destination: to.octets(),
                ..Ipv4Header::default()
            };
            header.header_checksum = header.calc_header_checksum();
            out.extend_from_slice(&header.to_bytes());
            length
        }
        (from, to) => {
            let header = Ipv6Header {
                payload_length: narrow(above),
                next_header: next,
                hop_limit: HOP_LIMIT,
                source: octets(from),
                destination: octets(to),
                ..Ipv6Header::default()
            };
            out.extend_from_slice(&header.to_bytes());
            Ipv6Header::LEN + above
        }
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

fn narrow(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
