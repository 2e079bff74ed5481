//! Reads an IP header.

use std::net::IpAddr;

use etherparse::{IpPayloadSlice, Ipv6ExtensionSlice, Ipv6Header, NetSlice};

/// The fields of an IP header, of either version.
pub(super) struct Network<'a> {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) hop_limit: u8,
    /// Length of the packet with its headers.
    pub(super) length: usize,
    /// Position in the fragmented packet, in units of 8 bytes.
    pub(super) offset: u16,
    pub(super) payload: &'a IpPayloadSlice<'a>,
}

impl<'a> Network<'a> {
    pub(super) fn read(net: &'a NetSlice<'a>) -> Option<Self> {
        match net {
            NetSlice::Ipv4(ip) => {
                let header = ip.header();
                Some(Self {
                    from: header.source_addr().into(),
                    to: header.destination_addr().into(),
                    hop_limit: header.ttl(),
                    length: header.total_len().into(),
                    offset: header.fragments_offset().value(),
                    payload: ip.payload(),
                })
            }
            NetSlice::Ipv6(ip) => {
                let header = ip.header();
                let offset = ip.extensions().clone().into_iter().find_map(|extension| match extension {
                    Ipv6ExtensionSlice::Fragment(fragment) => Some(fragment.fragment_offset().value()),
                    _ => None,
                });
                Some(Self {
                    from: header.source_addr().into(),
                    to: header.destination_addr().into(),
                    hop_limit: header.hop_limit(),
                    length: Ipv6Header::LEN + usize::from(header.payload_length()),
                    offset: offset.unwrap_or(0),
                    payload: ip.payload(),
                })
            }
            NetSlice::Arp(_) => None,
        }
    }
}
