//! State of the open sockets, for the rules.

use std::collections::HashMap;
use std::net::IpAddr;

use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

use super::finding::Quote;
use crate::summary::Role;

/// State of an open socket, derived from its events.
#[derive(Debug)]
pub struct Socket {
    /// Number of the socket in the recording.
    pub sock: SockId,
    /// Role; `None` before `bind`, `listen` or `connect`, or if the socket's creation is not in the recording.
    pub role: Option<Role>,
    /// `true` for a TCP socket, `false` for a Unix-domain socket or a stream supplied by the program.
    pub tcp: bool,
    /// State of Nagle's algorithm, which may delay small writes.
    pub nagle: Nagle,
    /// The listener that accepted it.
    pub listener: Option<SockId>,
    /// The peer's address.
    pub peer: Option<Addr>,
    /// The event that made it a connection.
    pub opening: Option<Quote>,
    /// The read that returned end of stream.
    pub fin: Option<Quote>,
    /// The shutdown of our sending half.
    pub shut: Option<Quote>,
    /// Time of the last transfer, or of the connection's opening if there was none.
    pub last_transfer: u64,
}

/// State of Nagle's algorithm (RFC 896) on a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nagle {
    /// On: the socket was created during the recording, and `TCP_NODELAY` was not set.
    On,
    /// Off: `TCP_NODELAY` was set.
    Off,
    /// The socket, or its listener, existed before the recording.
    #[default]
    Unknown,
}

impl Socket {
    /// Creates a socket in its initial state.
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

    /// Returns `true` if it is a connection of its own, not a layered stream.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        matches!(self.role, Some(Role::Accepted | Role::Connected))
    }

    /// Returns the peer's IP address.
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
}

impl Sockets {
    /// Creates an empty set for a recording of `side`.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, open: HashMap::new() }
    }

    /// Iterates over the sockets in arbitrary order.
    pub fn iter(&self) -> impl Iterator<Item = &Socket> {
        self.open.values()
    }

    /// Applies one event, and returns its socket.
    pub(super) fn observe(&mut self, line: u64, event: &Event) -> Option<&Socket> {
        let sock = event.sock?;
        let created = event.error.is_none().then(|| self.created_by(sock, line, event)).flatten();
        let socket = self.open.entry(sock).or_insert_with(|| Socket::new(sock));
        match created {
            Some(created) => *socket = created,
            None if event.error.is_none() => socket.observe(line, event),
            None => {}
        }
        Some(socket)
    }

    /// Returns the socket that the event creates, if any.
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
            (.., Side::Client) => Role::Connected,
        }
    }

    /// Removes the socket that the event closed. Call after all rules have observed the event.
    pub(super) fn forget_closed(&mut self, event: &Event) {
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.open.remove(&sock);
        }
    }
}
