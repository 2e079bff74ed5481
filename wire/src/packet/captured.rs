//! Reads the headers of a captured packet, of which the end may be cut off.

use std::net::IpAddr;

use etherparse::{IpNumber, Ipv6ExtensionSlice, Ipv6Header, LaxIpSlice, TcpSlice, UdpSlice};

use super::{Icmp, Packet, Tcp, Transport, Udp, Unparsed, icmp};

/// Length of a TCP header without options.
const TCP_HEADER: usize = 20;

/// Maximum length of a TCP header: 15 words of 4 bytes.
const MAX_TCP_HEADER: usize = 60;

/// Length of a UDP header.
const UDP_HEADER: usize = 8;

/// Length of an ICMP header.
const ICMP_HEADER: usize = 8;

/// The fields of an IP header, of either version, and the bytes that follow it and its extensions.
struct Network<'a> {
    from: IpAddr,
    to: IpAddr,
    hop_limit: u8,
    /// Length of the packet with its headers.
    length: usize,
    /// Position in the fragmented packet, in units of 8 bytes. `None` if the packet is not a fragment.
    fragment: Option<u16>,
    protocol: u8,
    payload: &'a [u8],
    /// Number of bytes that follow `payload` on the network, and were not captured.
    missing: usize,
}

impl Packet {
    /// Reads the headers of a captured packet that begins with its IP header. Its payload may be cut off, as by the snap
    /// length of a capture, and bytes of the link layer may follow it.
    ///
    /// `length` is the length from the IP header to the end of the frame. It is used if the IP header has none: segments that
    /// the network card splits, above 64 KiB, have the length 0.
    ///
    /// TCP options that were cut off are absent.
    ///
    /// # Errors
    /// Returns an error if the bytes are not an IPv4 or IPv6 packet, or if its transport header is invalid or cut off.
    pub fn parse_captured(bytes: &[u8], length: usize) -> Result<Self, Unparsed> {
        let network = Network::parse(bytes, length)?;
        let Network { from, to, hop_limit, length, .. } = network;
        Ok(Self { from, to, hop_limit, length, transport: network.transport()? })
    }
}

impl<'a> Network<'a> {
    fn parse(bytes: &'a [u8], length: usize) -> Result<Self, Unparsed> {
        let (ip, defect) = LaxIpSlice::from_slice(bytes).map_err(|error| Unparsed(error.to_string()))?;
        if let Some((error, _)) = defect {
            return Err(Unparsed(error.to_string()));
        }
        let (hop_limit, stated, least, offset) = match &ip {
            LaxIpSlice::Ipv4(ip) => {
                let header = ip.header();
                let (stated, least) = (usize::from(header.total_len()), header.slice().len());
                (header.ttl(), stated, least, header.fragments_offset().value())
            }
            LaxIpSlice::Ipv6(ip) => {
                let header = ip.header();
                let offset = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                    Ipv6ExtensionSlice::Fragment(fragment) => Some(fragment.fragment_offset().value()),
                    _ => None,
                });
                let stated = match usize::from(header.payload_length()) {
                    0 => 0,
                    payload => Ipv6Header::LEN + payload,
                };
                (header.hop_limit(), stated, Ipv6Header::LEN, offset.unwrap_or(0))
            }
        };
        let length = if stated < least { length.max(bytes.len()) } else { stated };
        let payload = ip.payload();
        Ok(Self {
            from: ip.source_addr(),
            to: ip.destination_addr(),
            hop_limit,
            length,
            fragment: payload.fragmented.then_some(offset),
            protocol: payload.ip_number.0,
            payload: payload.payload,
            missing: length.saturating_sub(bytes.len()),
        })
    }

    fn transport(&self) -> Result<Transport, Unparsed> {
        let length = self.payload.len() + self.missing;
        let has_header = self.fragment.is_none_or(|offset| offset == 0);
        match IpNumber(self.protocol) {
            IpNumber::TCP if has_header => tcp(self.payload, length).map(Transport::Tcp),
            IpNumber::UDP if has_header => {
                udp(self.payload, length, self.fragment.is_some()).map(Transport::Udp)
            }
            _ if self.fragment.is_some() => {
                Ok(Transport::Fragment { protocol: self.protocol, payload: length })
            }
            IpNumber::ICMP => icmp(self.payload, length, icmp::v4_name).map(Transport::Icmp),
            IpNumber::IPV6_ICMP => icmp(self.payload, length, icmp::v6_name).map(Transport::Icmp),
            _ => Ok(Transport::Other { protocol: self.protocol, payload: length }),
        }
    }
}

/// Reads a TCP header, of which options may be cut off. `length` is that of the segment on the network.
fn tcp(bytes: &[u8], length: usize) -> Result<Tcp, Unparsed> {
    let cut = || Unparsed("the TCP header is cut off".to_owned());
    let header_length = usize::from(bytes.get(12).ok_or_else(cut)? >> 4) * 4;
    if bytes.len() < TCP_HEADER {
        return Err(cut());
    }
    // Zeros end the options.
    let mut header = [0; MAX_TCP_HEADER];
    let known = bytes.get(..header_length).unwrap_or(bytes);
    header.iter_mut().zip(known).for_each(|(to, from)| *to = *from);
    let header = header.get(..header_length).unwrap_or(&header);
    let slice = TcpSlice::from_slice(header).map_err(|error| Unparsed(error.to_string()))?;
    let payload = length.checked_sub(header_length);
    let payload = payload.ok_or_else(|| Unparsed("the TCP header is longer than its packet".to_owned()))?;
    Ok(Tcp { payload, ..Tcp::read(&slice) })
}

/// Reads a UDP header. `length` is that of the datagram on the network.
fn udp(bytes: &[u8], length: usize, is_fragment: bool) -> Result<Udp, Unparsed> {
    let header = bytes.get(..UDP_HEADER).ok_or_else(|| Unparsed("the UDP header is cut off".to_owned()))?;
    let slice = UdpSlice::from_slice_lax(header).map_err(|error| Unparsed(error.to_string()))?;
    // A length of 0 is that of a jumbogram, or of a datagram that the network card splits.
    let stated = usize::from(slice.length()).checked_sub(UDP_HEADER);
    let available = length.saturating_sub(UDP_HEADER);
    let payload = stated.filter(|stated| !is_fragment && *stated <= available).unwrap_or(available);
    Ok(Udp { from_port: slice.source_port(), to_port: slice.destination_port(), payload })
}

/// Reads the type of an ICMP message, which `name` names.
fn icmp(bytes: &[u8], length: usize, name: fn(u8, u8) -> &'static str) -> Result<Icmp, Unparsed> {
    let [kind, code, ..] = *bytes else { return Err(Unparsed("the ICMP header is cut off".to_owned())) };
    let payload = length.saturating_sub(ICMP_HEADER);
    Ok(Icmp { name: name(kind, code), kind, code, payload })
}

#[cfg(test)]
#[path = "captured_tests.rs"]
mod tests;
