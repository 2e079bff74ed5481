//! What is known of a socket while it is open.

use std::collections::HashMap;
use std::net::IpAddr;

use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::Side;

use super::finding::Quote;
use crate::summary::Role;

/// A socket, as far as the recording has told.
#[derive(Debug)]
pub struct Socket {
    /// Its number in the recording.
    pub sock: SockId,
    /// What it is for; `None` while that is open, or when its making is not in the recording.
    pub role: Option<Role>,
    /// It is one of TCP: not of the Unix domain, nor a stream that the program brought.
    pub tcp: bool,
    /// Whether a small write may have to wait.
    pub nagle: Nagle,
    /// The listening socket that it came from.
    pub listener: Option<SockId>,
    /// The other side's address.
    pub peer: Option<Addr>,
    /// What made it a connection.
    pub opening: Option<Quote>,
    /// The read that told that the peer has finished sending.
    pub fin: Option<Quote>,
    /// The shutdown of our sending half.
    pub shut: Option<Quote>,
    /// When bytes last went through it, or it became a connection.
    pub moved: u64,
}

/// Whether Nagle's algorithm (RFC 896) is at work on a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nagle {
    /// It is: the socket was made in the recording, and `TCP_NODELAY` was not set.
    On,
    /// `TCP_NODELAY` was set.
    Off,
    /// The socket, or the listener it came from, was there before the recording.
    #[default]
    Unknown,
}

impl Socket {
    /// A socket of which nothing is known but its number.
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
            moved: 0,
        }
    }

    /// Whether it is one of the recording's own connections, not a stream above another.
    #[must_use]
    pub fn is_connection(&self) -> bool {
        matches!(self.role, Some(Role::Accepted | Role::Connected))
    }

    /// The other side's IP address.
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
            Op::Read(transfer) | Op::Write(transfer) if transfer.bytes > 0 => self.moved = event.t,
            Op::Shutdown => self.shut = Some(Quote::new(line, event)),
            _ => {}
        }
    }

    fn become_connection(&mut self, role: Role, peer: Option<&Addr>, line: u64, event: &Event) {
        self.role = Some(role);
        self.peer = peer.cloned();
        self.opening = Some(Quote::new(line, event));
        self.moved = event.t;
    }
}

/// The sockets that are open.
#[derive(Debug)]
pub struct Sockets {
    side: Side,
    open: HashMap<SockId, Socket>,
}

impl Sockets {
    /// None yet, of a recording of that side.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, open: HashMap::new() }
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Socket> {
        self.open.values()
    }

    /// Takes in one event, and returns its socket.
    pub(super) fn observe(&mut self, line: u64, event: &Event) -> Option<&Socket> {
        let sock = event.sock?;
        let made = event.error.is_none().then(|| self.made_by(sock, line, event)).flatten();
        let socket = self.open.entry(sock).or_insert_with(|| Socket::new(sock));
        match made {
            Some(made) => *socket = made,
            None if event.error.is_none() => socket.observe(line, event),
            None => {}
        }
        Some(socket)
    }

    /// The socket that an event makes.
    fn made_by(&self, sock: SockId, line: u64, event: &Event) -> Option<Socket> {
        let mut socket = Socket::new(sock);
        match &event.op {
            Op::Socket { domain, kind, .. } => {
                socket.role = (*kind == SocketKind::Datagram).then_some(Role::Datagram);
                socket.tcp = *kind == SocketKind::Stream && domain.is_ip();
                socket.nagle = if socket.tcp { Nagle::On } else { Nagle::Unknown };
            }
            Op::Accept { on, peer, .. } => {
                // An accepted socket has the options of its listener.
                socket.nagle = self.open.get(on).map_or(Nagle::Unknown, |listener| listener.nagle);
                socket.listener = Some(*on);
                socket.tcp = matches!(peer, Some(Addr::Ip(_)));
                socket.become_connection(Role::Accepted, peer.as_ref(), line, event);
            }
            Op::Adopt { domain, kind, on, peer, .. } => {
                socket.tcp = *kind == SocketKind::Stream && domain.is_ip();
                socket.become_connection(self.adopted(kind, *on), peer.as_ref(), line, event);
            }
            _ => return None,
        }
        Some(socket)
    }

    fn adopted(&self, kind: &SocketKind, on: Option<SockId>) -> Role {
        match (kind, on, self.side) {
            (SocketKind::Listener, ..) => Role::Listener,
            (SocketKind::Datagram, ..) => Role::Datagram,
            (_, Some(_), _) => Role::Layer,
            (.., Side::Server) => Role::Accepted,
            (.., Side::Client) => Role::Connected,
        }
    }

    /// Forgets the socket that the event closed, once everybody has seen it.
    pub(super) fn forget_closed(&mut self, event: &Event) {
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.open.remove(&sock);
        }
    }
}
