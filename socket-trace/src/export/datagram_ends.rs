//! Finds the UDP datagrams of which both ends were recorded.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};

use socket_tap::event::{Datagram, Event, Op, Packet, SocketKind};
use socket_tap::format::{Header, Side};

use super::captured_datagrams::{CapturedDatagrams, End, ip};
use crate::timeline::connections::Socket;

/// Maximum number of datagrams of one direction that were sent and not received yet.
const MAX_PENDING: usize = 1_024;
/// Maximum number of directions. Datagrams of further ones are exported by both ends.
const MAX_FLOWS: usize = 65_536;
/// Number of bytes of a datagram that are compared.
const COMPARED: usize = 32;

/// The datagrams between two sockets in one direction.
#[derive(Debug, Default)]
struct Flow {
    sender: Option<(Socket, SocketAddr, SocketAddr)>,
    receiver: Option<(Socket, SocketAddr, SocketAddr)>,
    /// Length and first bytes of the datagrams that were sent and not received yet.
    pending: VecDeque<(u64, Box<[u8]>)>,
    sent: u64,
    received: u64,
    matched: u64,
    /// `true` if the ports belonged to several sockets.
    is_ambiguous: bool,
}

/// Finds the UDP datagrams of which both ends were recorded.
///
/// A datagram can be lost, and then only one end has it. So one end of a direction is omitted only if the other one has each
/// of its datagrams.
#[derive(Debug, Default)]
pub(super) struct DatagramEnds {
    /// Local address and connected peer of each UDP socket.
    addresses: HashMap<Socket, (Option<SocketAddr>, Option<SocketAddr>)>,
    /// By the ports of sender and receiver. Addresses are not in the key, because one end may be bound to all of them.
    flows: HashMap<(u16, u16), Flow>,
    /// `None` without a recording of packets.
    captured: Option<CapturedDatagrams>,
}

/// The datagrams that are omitted, because the other end has them, too.
#[derive(Debug, Default)]
pub(super) struct OmittedDatagrams {
    ends: HashSet<End>,
    /// Number of directions of which packets were recorded.
    captured: usize,
    /// Number of other directions of which one end is omitted.
    directions: usize,
    /// The connected peers of the sockets.
    peers: HashMap<Socket, u16>,
}

impl DatagramEnds {
    /// Returns the ends of datagrams whose packets may be recorded, too.
    pub(super) fn with_packets() -> Self {
        Self { captured: Some(CapturedDatagrams::default()), ..Self::default() }
    }

    pub(super) fn packet(&mut self, packet: &Packet) {
        if let Some(captured) = &mut self.captured {
            captured.packet(packet);
        }
    }

    pub(super) fn observe(&mut self, socket: Socket, event: &Event) {
        if event.error.is_some() {
            return;
        }
        match &event.op {
            Op::Socket { kind, .. } if *kind == SocketKind::Datagram => {
                self.addresses.insert(socket, (None, None));
            }
            Op::Adopt { kind, local, peer, .. } if *kind == SocketKind::Datagram => {
                self.addresses.insert(socket, (ip(local.as_ref()), ip(peer.as_ref())));
            }
            Op::Bind { local, .. } => {
                if let Some((known, _)) = self.addresses.get_mut(&socket) {
                    *known = ip(local.as_ref());
                }
            }
            Op::Connect { local, peer, .. } => {
                if let Some(known) = self.addresses.get_mut(&socket) {
                    *known = (ip(local.as_ref()), ip(peer.as_ref()));
                }
            }
            Op::SendTo(datagram) => self.transfer(socket, datagram, true),
            Op::RecvFrom(datagram) => self.transfer(socket, datagram, false),
            _ => {}
        }
    }

    fn transfer(&mut self, socket: Socket, datagram: &Datagram, is_sent: bool) {
        let Some(&(Some(local), connected)) = self.addresses.get(&socket) else { return };
        let Some(peer) = ip(datagram.peer.as_ref()).or(connected) else { return };
        let (from, to) = if is_sent { (local, peer) } else { (peer, local) };
        let length = datagram.length.unwrap_or(datagram.bytes);
        if let Some(captured) = &mut self.captured {
            captured.datagram((socket, is_sent), (from, to), length);
        }
        let key = (from.port(), to.port());
        if self.flows.len() >= MAX_FLOWS && !self.flows.contains_key(&key) {
            return;
        }
        let flow = self.flows.entry(key).or_default();
        let end = if is_sent { &mut flow.sender } else { &mut flow.receiver };
        let (known, ..) = *end.get_or_insert((socket, from, to));
        flow.is_ambiguous |= known != socket || !flow.has_same_addresses();
        let data = datagram.data.as_deref().unwrap_or_default();
        let data = data.get(..COMPARED).unwrap_or(data);
        if is_sent {
            flow.sent += 1;
            if flow.pending.len() < MAX_PENDING {
                flow.pending.push_back((length, data.into()));
            }
            return;
        }
        flow.received += 1;
        let is_same = |(sent, first): &(u64, Box<[u8]>)| {
            *sent == length && first.iter().zip(data).all(|(one, other)| one == other)
        };
        if let Some(index) = flow.pending.iter().position(is_same) {
            flow.pending.remove(index);
            flow.matched += 1;
        }
    }

    /// Returns the datagrams that are omitted. Of two ends that have the same datagrams, the server's is kept, unless only
    /// the client's recording has payload.
    pub(super) fn omitted(&self, recordings: &[Header]) -> OmittedDatagrams {
        let mut omitted = OmittedDatagrams::default();
        let captured = self.omit_captured(&mut omitted);
        let flows = self.flows.iter().filter(|(ports, _)| !captured.contains(ports));
        for flow in flows.map(|(_, flow)| flow).filter(|flow| !flow.is_ambiguous && flow.matched > 0) {
            let (Some((sender, _, to)), Some((receiver, from, _))) = (flow.sender, flow.receiver) else {
                continue;
            };
            let rank = |socket: Socket| {
                let header = recordings.get(socket.recording);
                header.map(|header| (header.capture > 0, header.side == Side::Server))
            };
            let is_receiver_second = rank(sender) >= rank(receiver);
            let (sent, received) = (flow.matched == flow.sent, flow.matched == flow.received);
            if received && (is_receiver_second || !sent) {
                omitted.ends.insert((receiver, from.port(), false));
            } else if sent {
                omitted.ends.insert((sender, to.port(), true));
            } else {
                continue;
            }
            omitted.directions += 1;
        }
        for (socket, ..) in &omitted.ends {
            let peer = self.addresses.get(socket).and_then(|(_, peer)| *peer);
            omitted.peers.extend(peer.map(|peer| (*socket, peer.port())));
        }
        omitted
    }

    /// Omits the datagrams whose packets were recorded, at both ends. Returns the ports of their directions.
    fn omit_captured(&self, omitted: &mut OmittedDatagrams) -> HashSet<(u16, u16)> {
        omitted.ends.extend(self.captured.iter().flat_map(CapturedDatagrams::ends));
        let ports = |(socket, peer, is_sent): &End| {
            let local = self.addresses.get(socket)?.0?.port();
            Some(if *is_sent { (local, *peer) } else { (*peer, local) })
        };
        let captured: HashSet<_> = omitted.ends.iter().filter_map(ports).collect();
        omitted.captured = captured.len();
        captured
    }
}

impl Flow {
    /// Returns `true` unless the addresses that both ends have recorded differ. An end may be bound to all addresses.
    fn has_same_addresses(&self) -> bool {
        let (Some((_, from, to)), Some((_, other_from, other_to))) = (self.sender, self.receiver) else {
            return true;
        };
        let is_same =
            |one: IpAddr, other: IpAddr| one == other || one.is_unspecified() || other.is_unspecified();
        is_same(from.ip(), other_from.ip()) && is_same(to.ip(), other_to.ip())
    }
}

impl OmittedDatagrams {
    /// Returns the number of directions of which packets were recorded.
    pub(super) fn captured(&self) -> usize {
        self.captured
    }

    /// Returns the number of other directions of which one end is omitted.
    pub(super) fn directions(&self) -> usize {
        self.directions
    }

    pub(super) fn contains(&self, socket: Socket, event: &Event) -> bool {
        let (datagram, is_sent) = match &event.op {
            Op::SendTo(datagram) => (datagram, true),
            Op::RecvFrom(datagram) => (datagram, false),
            _ => return false,
        };
        let peer = ip(datagram.peer.as_ref()).map(|peer| peer.port());
        let peer = peer.or_else(|| self.peers.get(&socket).copied());
        peer.is_some_and(|peer| self.ends.contains(&(socket, peer, is_sent)))
    }
}
