//! Matches the two sockets that are the ends of one connection, and the packets between them.
//!
//! Client and server record a connection separately, each under its own socket number. Both record the same
//! two addresses, and no two open connections have the same addresses. A packet in the network between them has these
//! addresses, too.

mod flows;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use foldhash::HashMap;
use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

use flows::Flows;

/// Maximum number of closed connections that are kept because their other end may still appear in another
/// recording. It equals the usual backlog of a listener: a server may accept a connection long after the
/// client closed it.
const MAX_CLOSED: usize = 1_024;

/// A socket of one of several recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Socket {
    /// Index of the recording that contains the socket.
    pub recording: usize,
    /// Number of the socket in the recording.
    pub sock: SockId,
}

/// A connection as seen from one of its ends, or from the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Number of the connection, which both ends share. Numbers start at 1, in the order in which connections
    /// began.
    pub number: u64,
    /// This end of the connection: client or server. [`Side::Wire`] for the connection of a packet.
    pub side: Side,
    /// Local address of this end. For the connection of a packet, the client's address.
    pub local: Option<Addr>,
    /// Address of the peer. For the connection of a packet, the server's address.
    pub peer: Option<Addr>,
    /// Socket of the other end, if that end occurs earlier on the time line.
    pub other: Option<Socket>,
}

/// Finds the connection to which each event belongs, in several recordings. Memory is bounded by the number
/// of open connections.
#[derive(Debug, Default)]
pub struct Connections {
    ends: HashMap<Socket, Arc<Connection>>,
    /// Connections of which only one end has appeared yet, by their addresses.
    unmatched: HashMap<Addresses, Unmatched>,
    /// Closed connections of which only one end has appeared, oldest first: addresses and number of each.
    closed: VecDeque<(Addresses, u64)>,
    /// The connections of packets. `None` if no recording has packets.
    flows: Option<Flows>,
    count: u64,
}

/// Addresses of the client and of the server.
type Addresses = (SocketAddr, SocketAddr);

#[derive(Clone, Copy, Debug)]
struct Unmatched {
    number: u64,
    side: Side,
    socket: Socket,
}

impl Connections {
    /// Returns connections to which packets are matched, too.
    #[must_use]
    pub fn with_packets() -> Self {
        Self { flows: Some(Flows::default()), ..Self::default() }
    }

    /// Processes an event of a recording made by `side`. Returns the connection to which the event belongs.
    pub fn observe(&mut self, recording: usize, side: Side, event: &Event) -> Option<Arc<Connection>> {
        if let Op::Packet(packet) = &event.op {
            let count = &mut self.count;
            return self.flows.as_mut()?.observe(packet, || next_number(count));
        }
        let socket = Socket { recording, sock: event.sock? };
        match &event.op {
            _ if event.error.is_some() => {}
            Op::Accept { local, peer, .. } => self.open(socket, Side::Server, local, peer),
            Op::Connect { local, peer, .. } => self.open(socket, Side::Client, local, peer),
            Op::Adopt { on: Some(below), .. } => self.open_above(socket, *below),
            Op::Adopt { kind, local, peer, .. } if *kind == SocketKind::Stream => {
                self.open(socket, side, local, peer);
            }
            Op::Close(_) | Op::Release(_) => return self.close(socket),
            _ => {}
        }
        self.ends.get(&socket).cloned()
    }

    fn open(&mut self, socket: Socket, side: Side, local: &Option<Addr>, peer: &Option<Addr>) {
        let addresses = addresses(side, local.as_ref(), peer.as_ref());
        let unmatched = addresses.and_then(|addresses| self.unmatched.remove(&addresses));
        // An unmatched end of the same side belongs to an earlier connection between the same addresses.
        let other = unmatched.filter(|unmatched| unmatched.side != side);
        let of_packets = addresses.and_then(|addresses| self.flows.as_mut()?.join(addresses, side));
        let known = other.map(|other| other.number).or(of_packets);
        let number = known.unwrap_or_else(|| next_number(&mut self.count));
        if let (Some(addresses), Some(flows)) = (addresses, &mut self.flows)
            && of_packets != Some(number)
        {
            flows.begin(addresses, number, side);
        }
        if let (Some(addresses), None) = (addresses, other) {
            self.unmatched.insert(addresses, Unmatched { number, side, socket });
        }
        let (local, peer, other) = (local.clone(), peer.clone(), other.map(|other| other.socket));
        self.ends.insert(socket, Arc::new(Connection { number, side, local, peer, other }));
    }

    /// Assigns the stream on `socket` to the connection of the stream `below`, on which it is layered.
    fn open_above(&mut self, socket: Socket, below: SockId) {
        if let Some(connection) = self.ends.get(&Socket { sock: below, ..socket }).cloned() {
            self.ends.insert(socket, connection);
        }
    }

    fn close(&mut self, socket: Socket) -> Option<Arc<Connection>> {
        let connection = self.ends.remove(&socket)?;
        let (local, peer) = (connection.local.as_ref(), connection.peer.as_ref());
        let unmatched = [Side::Server, Side::Client].into_iter().find_map(|side| {
            let addresses = addresses(side, local, peer)?;
            self.unmatched.get(&addresses).filter(|unmatched| unmatched.socket == socket).map(|_| addresses)
        });
        if let Some(addresses) = unmatched {
            self.closed.push_back((addresses, connection.number));
        }
        if self.closed.len() > MAX_CLOSED
            && let Some((addresses, number)) = self.closed.pop_front()
            && self.unmatched.get(&addresses).is_some_and(|unmatched| unmatched.number == number)
        {
            self.unmatched.remove(&addresses);
        }
        Some(connection)
    }
}

fn next_number(count: &mut u64) -> u64 {
    *count += 1;
    *count
}

/// Returns the addresses of client and server. `None` if they do not identify the connection, as for
/// Unix-domain sockets without names.
fn addresses(side: Side, local: Option<&Addr>, peer: Option<&Addr>) -> Option<Addresses> {
    match (side, canonical(local?)?, canonical(peer?)?) {
        (Side::Client | Side::Wire, client, server) | (Side::Server, server, client) => {
            Some((client, server))
        }
    }
}

/// Returns `true` if both addresses are the same, possibly in another form.
pub(super) fn is_same(one: &Addr, other: &Addr) -> bool {
    one == other || canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Returns an IP address in canonical form: an IPv6 listener reports IPv4 clients as `::ffff:127.0.0.1`.
fn canonical(address: &Addr) -> Option<SocketAddr> {
    match address {
        Addr::Ip(address) => Some(SocketAddr::new(address.ip().to_canonical(), address.port())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
