//! State of open sockets, for lint rules.

use std::collections::HashMap;
use std::net::IpAddr;

use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

use super::finding::Quote;
use crate::summary::Role;

/// Maximum number of open sockets whose state is kept. Further ones are not checked, and the report says so.
pub const MAX_SOCKETS: usize = 65_536;

/// State of an open socket, derived from its events.
#[derive(Debug)]
pub struct Socket {
    /// Number of the socket in the recording.
    pub sock: SockId,
    /// Role of the socket. `None` before `bind`, `listen` or `connect`, or if the recording lacks the
    /// socket's creation.
    pub role: Option<Role>,
    /// `true` for a TCP socket, `false` for a Unix-domain socket or a stream supplied by the program.
    pub tcp: bool,
    /// State of Nagle's algorithm on the socket. If the algorithm is on, it may delay small writes.
    pub nagle: Nagle,
    /// Number of the listener that accepted the connection, if any.
    pub listener: Option<SockId>,
    /// Address of the peer, if the socket is connected.
    pub peer: Option<Addr>,
    /// The event that connected the socket: `accept`, `connect` or `adopt`.
    pub opening: Option<Quote>,
    /// The read that returned end of stream, because the peer sent a FIN.
    pub fin: Option<Quote>,
    /// The `shutdown` call for the sending half of the socket.
    pub shut: Option<Quote>,
    /// Time of the socket's last read or write, or of the connection's opening if there was none, in
    /// nanoseconds since the recording began.
    pub last_transfer: u64,
}

/// State of Nagle's algorithm (RFC 896) on a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nagle {
    /// Nagle's algorithm is on: the socket was created during the recording, and `TCP_NODELAY` was not set.
    On,
    /// Nagle's algorithm is off: `TCP_NODELAY` was set.
    Off,
    /// The state is unknown, because the socket or its listener existed before the recording.
    #[default]
    Unknown,
}

impl Socket {
    /// Returns a socket without role or peer.
    #[must_use]
    pub fn new(sock: SockId) -> Self {
        Self {
            sock,
            role: None,
            tcp: false,
            nagle: Nagle::Unknown,
            listener: None,
            peer: None,
            opening: None,
            fin: None,
            shut: None,
            last_transfer: 0,
        }
    }

    /// Returns `true` if the socket is a connection, but not a layered stream such as TLS on another
    /// connection.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        matches!(self.role, Some(Role::Accepted | Role::Connected))
    }

    /// Returns the IP address of the peer, if it has one.
    #[must_use]
    pub fn peer_ip(&self) -> Option<IpAddr> {
        match self.peer {
            Some(Addr::Ip(address)) => Some(address.ip()),
            _ => None,
        }
    }

    fn observe(&mut self, line: u64, event: &Event) {
        match &event.op {
            Op::Option { name, value, .. } if name == "TCP_NODELAY" => {
                self.nagle = if *value == 0 { Nagle::On } else { Nagle::Off };
            }
            Op::Bind { .. } if self.role.is_none() => self.role = Some(Role::Listener),
            Op::Connect { peer, .. } if self.role != Some(Role::Datagram) => {
                self.become_connection(Role::Connected, peer.as_ref(), line, event);
            }
            Op::Read(transfer) if transfer.eof => self.fin = Some(Quote::new(line, event)),
            Op::Read(transfer) | Op::Write(transfer) if transfer.bytes > 0 => self.last_transfer = event.t,
            Op::Shutdown => self.shut = Some(Quote::new(line, event)),
            _ => {}
        }
    }

    fn become_connection(&mut self, role: Role, peer: Option<&Addr>, line: u64, event: &Event) {
        self.role = Some(role);
        self.peer = peer.cloned();
        self.opening = Some(Quote::new(line, event));
        self.last_transfer = event.t;
    }
}

/// The open sockets of a recording.
#[derive(Debug)]
pub struct Sockets {
    side: Side,
    open: HashMap<SockId, Socket>,
    /// Number of events of sockets beyond [`MAX_SOCKETS`].
    ignored: u64,
}

impl Sockets {
    /// Returns an empty set of sockets, for a recording of `side`.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, open: HashMap::new(), ignored: 0 }
    }

    /// Iterates over the open sockets in arbitrary order.
    pub fn iter(&self) -> impl Iterator<Item = &Socket> {
        self.open.values()
    }

    /// Returns the number of events of sockets beyond [`MAX_SOCKETS`], which were ignored.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Returns the state of an open socket.
    #[must_use]
    pub fn get(&self, sock: SockId) -> Option<&Socket> {
        self.open.get(&sock)
    }

    /// Updates the state of the event's socket.
    pub(super) fn observe(&mut self, line: u64, event: &Event) {
        let Some(sock) = event.sock else { return };
        if self.open.len() >= MAX_SOCKETS && !self.open.contains_key(&sock) {
            self.ignored += 1;
            return;
        }
        let created = event.error.is_none().then(|| self.created_by(sock, line, event)).flatten();
        let socket = self.open.entry(sock).or_insert_with(|| Socket::new(sock));
        match created {
            Some(created) => *socket = created,
            None if event.error.is_none() => socket.observe(line, event),
            None => {}
        }
    }

    /// Returns the socket that the event creates, or `None` if it creates none.
    fn created_by(&self, sock: SockId, line: u64, event: &Event) -> Option<Socket> {
        let mut socket = Socket::new(sock);
        match &event.op {
            Op::Socket { domain, kind, .. } => {
                socket.role = (*kind == SocketKind::Datagram).then_some(Role::Datagram);
                socket.tcp = *kind == SocketKind::Stream && domain.is_ip();
                socket.nagle = if socket.tcp { Nagle::On } else { Nagle::Unknown };
            }
            Op::Accept { on, peer, .. } => {
                // An accepted socket inherits the options of its listener.
                socket.nagle = self.open.get(on).map_or(Nagle::Unknown, |listener| listener.nagle);
                socket.listener = Some(*on);
                socket.tcp = matches!(peer, Some(Addr::Ip(_)));
                socket.become_connection(Role::Accepted, peer.as_ref(), line, event);
            }
            Op::Adopt { domain, kind, on, peer, .. } => {
                socket.tcp = *kind == SocketKind::Stream && domain.is_ip();
                socket.become_connection(self.adopted_role(kind, *on), peer.as_ref(), line, event);
            }
            _ => return None,
        }
        Some(socket)
    }

    fn adopted_role(&self, kind: &SocketKind, on: Option<SockId>) -> Role {
        match (kind, on, self.side) {
            (SocketKind::Listener, ..) => Role::Listener,
            (SocketKind::Datagram, ..) => Role::Datagram,
            (_, Some(_), _) => Role::Layer,
            (.., Side::Server) => Role::Accepted,
            (.., Side::Client | Side::Wire) => Role::Connected,
        }
    }

    /// Removes the socket if the event closed it. Called after all rules have observed the event.
    pub(super) fn forget_closed(&mut self, event: &Event) {
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.open.remove(&sock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_socket_takes_at_most_128_bytes() {
        // Its events are boxed. Half a million open sockets must fit into memory.
        assert!(size_of::<Socket>() <= 128, "{}", size_of::<Socket>());
    }
}
