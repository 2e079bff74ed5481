//! Finds the UDP datagrams whose packets were recorded.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use socket_tap::event::{Addr, Packet, Protocol};

use crate::timeline::connections::Socket;

/// Maximum number of directions. Datagrams of further ones are exported by the sockets, too.
const MAX_FLOWS: usize = 65_536;

/// One direction of a socket's datagrams: the socket, the port of its peer, and `true` for those that it sent.
pub(super) type End = (Socket, u16, bool);

/// Sender and receiver.
type Addresses = (SocketAddr, SocketAddr);

/// Number of datagrams of each length.
type Lengths = HashMap<u64, u64>;

/// The packets and datagrams of each direction between two UDP sockets.
///
/// The recordings have different clocks, so datagrams are compared by their lengths. A socket's datagrams are replaced by
/// packets only if there are as many packets of each length.
#[derive(Debug, Default)]
pub(super) struct CapturedDatagrams {
    packets: HashMap<Addresses, Lengths>,
    sockets: HashMap<End, Flow>,
}

/// The datagrams of a socket in one direction.
#[derive(Debug)]
struct Flow {
    addresses: Addresses,
    lengths: Lengths,
    /// `true` if the datagrams had several senders or receivers.
    is_ambiguous: bool,
}

impl CapturedDatagrams {
    pub(super) fn packet(&mut self, packet: &Packet) {
        let (Some(from), Some(to)) = (ip(Some(&packet.from)), ip(Some(&packet.to))) else { return };
        let is_known = self.packets.len() < MAX_FLOWS || self.packets.contains_key(&(from, to));
        if packet.protocol == Protocol::Udp && is_known {
            *self.packets.entry((from, to)).or_default().entry(packet.bytes).or_default() += 1;
        }
    }

    /// Adds a datagram that a socket sent or received.
    pub(super) fn datagram(&mut self, (socket, is_sent): (Socket, bool), addresses: Addresses, length: u64) {
        let (from, to) = addresses;
        let end = (socket, if is_sent { to.port() } else { from.port() }, is_sent);
        if self.sockets.len() >= MAX_FLOWS && !self.sockets.contains_key(&end) {
            return;
        }
        let new = || Flow { addresses, lengths: Lengths::new(), is_ambiguous: false };
        let flow = self.sockets.entry(end).or_insert_with(new);
        flow.is_ambiguous |= flow.addresses != addresses;
        *flow.lengths.entry(length).or_default() += 1;
    }

    /// Returns the sockets and directions whose datagrams are all among the packets.
    pub(super) fn ends(&self) -> Vec<End> {
        let mut by_ports: HashMap<(u16, u16), Vec<(Addresses, &Lengths)>> = HashMap::new();
        for (addresses, lengths) in &self.packets {
            by_ports.entry(ports(*addresses)).or_default().push((*addresses, lengths));
        }
        let is_captured = |flow: &Flow| {
            let all = by_ports.get(&ports(flow.addresses)).into_iter().flatten();
            let mut same = all.filter(|(addresses, _)| are_same(*addresses, flow.addresses));
            let (Some((_, packets)), None) = (same.next(), same.next()) else { return false };
            let has_all = |(length, count): (&u64, &u64)| packets.get(length) >= Some(count);
            !flow.is_ambiguous && flow.lengths.iter().all(has_all)
        };
        self.sockets.iter().filter(|(_, flow)| is_captured(flow)).map(|(end, _)| *end).collect()
    }
}

fn ports((from, to): Addresses) -> (u16, u16) {
    (from.port(), to.port())
}

/// Returns `true` unless the addresses of packets and of a socket differ. A socket may be bound to all addresses.
fn are_same((from, to): Addresses, (socket_from, socket_to): Addresses) -> bool {
    let is_same = |packet: IpAddr, socket: IpAddr| packet == socket || socket.is_unspecified();
    is_same(from.ip(), socket_from.ip()) && is_same(to.ip(), socket_to.ip())
}

pub(super) fn ip(address: Option<&Addr>) -> Option<SocketAddr> {
    match address? {
        Addr::Ip(address) => Some(SocketAddr::new(address.ip().to_canonical(), address.port())),
        _ => None,
    }
}
