//! Which sockets are the two ends of one connection.
//!
//! Each side records a connection by itself, under a number of its own. Client and server name the same two addresses,
//! though, and no two connections that are open at once have the same.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;

use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

/// A connection of which one end is closed may still get its other end: as many as a listener's backlog usually holds
/// finished handshakes for a server to accept.
const MOST_WAITING: usize = 1_024;

/// A socket among those of several recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Socket {
    /// Which recording.
    pub recording: usize,
    /// Its number there.
    pub sock: SockId,
}

/// A connection, as one of its ends has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The same number for both ends: from 1, in the order in which connections began.
    pub number: u64,
    /// Which end this is.
    pub side: Side,
    /// Our address.
    pub local: Option<Addr>,
    /// The other side's.
    pub peer: Option<Addr>,
    /// The other end, when it was there before this one.
    pub other: Option<Socket>,
}

/// The connections of several recordings. What it holds is bounded by what is open.
#[derive(Debug, Default)]
pub struct Connections {
    ends: HashMap<Socket, Rc<Connection>>,
    /// Those of which only one end is known.
    waiting: HashMap<Addresses, Waiting>,
    /// Those of them that are closed, the oldest first.
    closed: VecDeque<(Addresses, u64)>,
    count: u64,
}

/// The client's address and the server's.
type Addresses = (SocketAddr, SocketAddr);

#[derive(Clone, Copy, Debug)]
struct Waiting {
    number: u64,
    side: Side,
    socket: Socket,
}

impl Connections {
    /// Takes in an event of a recording of that side, and says to which connection it belongs.
    pub fn observe(&mut self, recording: usize, side: Side, event: &Event) -> Option<Rc<Connection>> {
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
        let waiting = addresses.and_then(|addresses| self.waiting.remove(&addresses));
        // An end of the same side is an earlier connection that had the same addresses.
        let other = waiting.filter(|waiting| waiting.side != side);
        let number = other.map_or_else(|| self.next_number(), |other| other.number);
        if let (Some(addresses), None) = (addresses, other) {
            self.waiting.insert(addresses, Waiting { number, side, socket });
        }
        let (local, peer, other) = (local.clone(), peer.clone(), other.map(|other| other.socket));
        self.ends.insert(socket, Rc::new(Connection { number, side, local, peer, other }));
    }

    /// A stream above another is of the same connection.
    fn open_above(&mut self, socket: Socket, below: SockId) {
        if let Some(connection) = self.ends.get(&Socket { sock: below, ..socket }).cloned() {
            self.ends.insert(socket, connection);
        }
    }

    fn close(&mut self, socket: Socket) -> Option<Rc<Connection>> {
        let connection = self.ends.remove(&socket)?;
        let (local, peer) = (connection.local.as_ref(), connection.peer.as_ref());
        let waiting = [Side::Server, Side::Client].into_iter().find_map(|side| {
            let addresses = addresses(side, local, peer)?;
            self.waiting.get(&addresses).filter(|waiting| waiting.socket == socket).map(|_| addresses)
        });
        if let Some(addresses) = waiting {
            self.closed.push_back((addresses, connection.number));
        }
        if self.closed.len() > MOST_WAITING
            && let Some((addresses, number)) = self.closed.pop_front()
            && self.waiting.get(&addresses).is_some_and(|waiting| waiting.number == number)
        {
            self.waiting.remove(&addresses);
        }
        Some(connection)
    }

    fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

/// `None` when they do not tell the connection from others: two ends of a Unix-domain socket have no names.
fn addresses(side: Side, local: Option<&Addr>, peer: Option<&Addr>) -> Option<Addresses> {
    match (side, canonical(local?)?, canonical(peer?)?) {
        (Side::Client, client, server) | (Side::Server, server, client) => Some((client, server)),
    }
}

/// A listener for IPv6 has clients of IPv4 under addresses such as `::ffff:127.0.0.1`.
fn canonical(address: &Addr) -> Option<SocketAddr> {
    match address {
        Addr::Ip(address) => Some(SocketAddr::new(address.ip().to_canonical(), address.port())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
