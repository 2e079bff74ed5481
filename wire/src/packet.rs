//! Reads the headers of an IP packet, and detects retransmissions.

mod captured;
mod event;
mod icmp;
mod network;
mod retransmissions;
mod tcp;

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpNumber, SlicedPacket, TransportSlice};

use network::Network;

pub use retransmissions::Retransmissions;
pub use tcp::Tcp;

/// The headers of an IP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet {
    /// IP address of the sender.
    pub from: IpAddr,
    /// IP address of the destination.
    pub to: IpAddr,
    /// Time to live (IPv4) or hop limit (IPv6).
    pub hop_limit: u8,
    /// Length of the packet with its headers, as its IP header states it.
    pub length: usize,
    /// Header of the transport protocol.
    pub transport: Transport,
}

/// The transport protocol of a packet, with its header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp(Tcp),
    /// UDP (RFC 768).
    Udp(Udp),
    /// ICMP (RFC 792) or ICMPv6 (RFC 4443).
    Icmp(Icmp),
    /// An IP fragment other than the first, which has no transport header.
    Fragment {
        /// Protocol number of the fragmented packet's payload.
        protocol: u8,
        /// Number of payload bytes in this fragment.
        payload: usize,
    },
    /// Any other protocol.
    Other {
        /// Protocol number.
        protocol: u8,
        /// Number of bytes after the IP header.
        payload: usize,
    },
}

/// A UDP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Udp {
    /// Port of the sender.
    pub from_port: u16,
    /// Port of the destination.
    pub to_port: u16,
    /// Number of payload bytes. If the datagram is fragmented, the number in this fragment.
    pub payload: usize,
}

/// An ICMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Icmp {
    /// Name of the message, for example `port unreachable`.
    pub name: &'static str,
    /// Type number.
    pub kind: u8,
    /// Code number.
    pub code: u8,
    /// Number of bytes after the 8 of the ICMP header.
    pub payload: usize,
}

/// The reason why bytes are not a readable IP packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unparsed packet: {0}")]
pub struct Unparsed(String);

impl Packet {
    /// Reads the headers of a packet that begins with its IP header.
    ///
    /// ```
    /// use wire::packet::Packet;
    ///
    /// let error = Packet::parse(b"GET / HTTP/1.1").unwrap_err();
    /// assert!(error.to_string().starts_with("unparsed packet: "));
    /// ```
    ///
    /// # Errors
    /// Returns an error if the bytes are not a complete IPv4 or IPv6 packet, or if its transport header is invalid.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unparsed> {
        let sliced = SlicedPacket::from_ip(bytes).map_err(|error| Unparsed(error.to_string()))?;
        let network = sliced.net.as_ref().and_then(Network::read);
        let network = network.ok_or_else(|| Unparsed("neither IPv4 nor IPv6".to_owned()))?;
        let Network { from, to, hop_limit, length, offset, payload } = network;
        let transport = match &sliced.transport {
            Some(TransportSlice::Tcp(slice)) => Transport::Tcp(Tcp::read(slice)),
            Some(TransportSlice::Udp(slice)) => Transport::Udp(Udp {
                from_port: slice.source_port(),
                to_port: slice.destination_port(),
                payload: slice.payload().len(),
            }),
            Some(TransportSlice::Icmpv4(slice)) => Transport::Icmp(Icmp {
                name: icmp::v4_name(slice.type_u8(), slice.code_u8()),
                kind: slice.type_u8(),
                code: slice.code_u8(),
                payload: slice.payload().len(),
            }),
            Some(TransportSlice::Icmpv6(slice)) => Transport::Icmp(Icmp {
                name: icmp::v6_name(slice.type_u8(), slice.code_u8()),
                kind: slice.type_u8(),
                code: slice.code_u8(),
                payload: slice.payload().len(),
            }),
            _ if payload.fragmented => fragment(payload.ip_number.0, offset, payload.payload),
            _ => Transport::Other { protocol: payload.ip_number.0, payload: payload.payload.len() },
        };
        Ok(Self { from, to, hop_limit, length, transport })
    }

    /// Returns the ports of sender and destination, if the protocol has ports.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        match &self.transport {
            Transport::Tcp(tcp) => Some((tcp.from_port, tcp.to_port)),
            Transport::Udp(udp) => Some((udp.from_port, udp.to_port)),
            _ => None,
        }
    }

    /// Returns addresses and ports of sender and destination, if the protocol has ports.
    #[must_use]
    pub fn sockets(&self) -> Option<(SocketAddr, SocketAddr)> {
        let (from, to) = self.ports()?;
        Some((SocketAddr::new(self.from, from), SocketAddr::new(self.to, to)))
    }

    /// Returns the TCP header, if the packet has one.
    #[must_use]
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.transport {
            Transport::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// Returns the number of payload bytes: those after the transport header.
    #[must_use]
    pub fn payload(&self) -> usize {
        match &self.transport {
            Transport::Tcp(tcp) => tcp.payload,
            Transport::Udp(udp) => udp.payload,
            Transport::Icmp(icmp) => icmp.payload,
            Transport::Fragment { payload, .. } | Transport::Other { payload, .. } => *payload,
        }
    }
}

/// Reads a fragment of a packet, for which etherparse looks for no transport header. That of UDP is in the first fragment.
fn fragment(protocol: u8, offset: u16, bytes: &[u8]) -> Transport {
    match *bytes {
        [a, b, c, d, _, _, _, _, ref payload @ ..] if offset == 0 && protocol == IpNumber::UDP.0 => {
            Transport::Udp(Udp {
                from_port: u16::from_be_bytes([a, b]),
                to_port: u16::from_be_bytes([c, d]),
                payload: payload.len(),
            })
        }
        _ => Transport::Fragment { protocol, payload: bytes.len() },
    }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
