//! Packets: TCP and UDP over IPv4 and IPv6, without a link layer.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader, TcpOptionElement, UdpHeader};

/// The most that fits into one packet beside the headers of IPv4 and TCP. Over IPv6 a little more would.
pub(super) const MOST_TCP: usize = 65_495;

/// The most that fits into one datagram over IPv4.
pub(super) const MOST_UDP: usize = 65_507;

/// As Linux has it.
const HOP_LIMIT: u8 = 64;

/// What both sides offer, in units of `1 << SCALE` bytes: more than is ever under way, so that Wireshark finds no window
/// full.
const WINDOW: u16 = u16::MAX;
const SCALE: u8 = 14;

/// What a packet carries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Payload<'a> {
    /// The first of its bytes: those that were recorded.
    pub(super) known: &'a [u8],
    /// How many it has.
    pub(super) length: usize,
}

impl<'a> Payload<'a> {
    /// Of so many bytes, from what was recorded.
    pub(super) fn of(length: usize, recorded: Option<&'a [u8]>) -> Self {
        let recorded = recorded.unwrap_or_default();
        Self { known: recorded.get(..length).unwrap_or(recorded), length }
    }

    /// Some of them were not recorded.
    pub(super) fn is_cut(self) -> bool {
        self.known.len() < self.length
    }

    /// The part that one of several packets carries.
    pub(super) fn part(self, from: usize, most: usize) -> Self {
        let known = self.known.get(from..).unwrap_or_default();
        Self::of(self.length.saturating_sub(from).min(most), Some(known))
    }
}

/// What a TCP packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flags {
    Syn,
    SynAck,
    Ack,
    Data { push: bool },
    Fin,
    Rst,
}

/// A header with everything but the sequence numbers.
pub(super) fn tcp_header(from: SocketAddr, to: SocketAddr, flags: Flags) -> TcpHeader {
    let mut header = TcpHeader::new(from.port(), to.port(), 0, WINDOW);
    header.syn = matches!(flags, Flags::Syn | Flags::SynAck);
    header.ack = flags != Flags::Syn;
    header.psh = flags == Flags::Data { push: true };
    header.fin = flags == Flags::Fin;
    header.rst = flags == Flags::Rst;
    if header.syn {
        let most = u16::try_from(MOST_TCP).unwrap_or(u16::MAX);
        let options = [
            TcpOptionElement::MaximumSegmentSize(most),
            TcpOptionElement::Noop,
            TcpOptionElement::WindowScale(SCALE),
        ];
        // There is room for 40 bytes of options, and these are 8.
        let _ = header.set_options(&options);
    }
    header
}

/// Appends a TCP packet, and returns its length on the wire: more than was appended when the payload is cut.
///
/// A checksum over bytes that are not known cannot be known; Wireshark checks none of a cut packet.
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

/// The same for UDP.
pub(super) fn udp(out: &mut Vec<u8>, from: SocketAddr, to: SocketAddr, payload: Payload<'_>) -> usize {
    let above = UdpHeader::LEN + payload.length;
    let (source_port, destination_port) = (from.port(), to.port());
    // Over IPv6 there must be one.
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

/// Appends the header of IP for what follows, and returns the length of both.
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
