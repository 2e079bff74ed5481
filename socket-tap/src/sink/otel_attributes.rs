//! Conversion of socket addresses to attributes with OpenTelemetry's names.

use crate::event::{Addr, Op, SocketKind};

/// Attributes that all events of one socket have in common.
#[derive(Debug, Default)]
pub(super) struct SocketAttributes {
    is_datagram: bool,
    pub(super) transport: Option<&'static str>,
    pub(super) network: Option<&'static str>,
    pub(super) local: Option<AddressAttributes>,
    pub(super) peer: Option<AddressAttributes>,
}

/// Attributes of one address: an IP address with its port, or any other address, such as a path, without a
/// port.
#[derive(Clone, Debug)]
pub(super) struct AddressAttributes {
    pub(super) address: String,
    pub(super) port: Option<u16>,
}

impl AddressAttributes {
    pub(super) fn of(address: &Addr) -> Self {
        match address {
            Addr::Ip(ip) => Self { address: ip.ip().to_string(), port: Some(ip.port()) },
            Addr::Other(text) => Self { address: text.clone(), port: None },
        }
    }
}

impl SocketAttributes {
    pub(super) fn update(&mut self, op: &Op) {
        match op {
            Op::Socket { kind, .. } => self.is_datagram = *kind == SocketKind::Datagram,
            Op::Adopt { kind, local, peer, .. } => {
                self.is_datagram = *kind == SocketKind::Datagram;
                self.addresses(local.as_ref(), peer.as_ref());
            }
            Op::Bind { local } => self.addresses(local.as_ref(), None),
            Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => {
                self.addresses(local.as_ref(), peer.as_ref());
            }
            _ => {}
        }
    }

    fn addresses(&mut self, local: Option<&Addr>, peer: Option<&Addr>) {
        if let Some(address) = local.or(peer) {
            let transport = if self.is_datagram { "udp" } else { "tcp" };
            (self.transport, self.network) = match address {
                Addr::Ip(ip) => (Some(transport), Some(if ip.is_ipv4() { "ipv4" } else { "ipv6" })),
                Addr::Other(_) => (Some("unix"), None),
            };
        }
        // A datagram socket is bound before it is connected.
        self.local = local.map(AddressAttributes::of).or(self.local.take());
        self.peer = peer.map(AddressAttributes::of).or(self.peer.take());
    }
}
