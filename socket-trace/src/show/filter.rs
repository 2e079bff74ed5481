//! Which events are to be shown.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use socket_tap::event::{Addr, Op, SockId};

use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Connection;

/// What an event must be to be shown. What is `None` or empty is not asked.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// On this socket, as its own recording numbers it.
    pub sock: Option<SockId>,
    /// On this connection, as the time line numbers it.
    pub connection: Option<u64>,
    /// On a connection with that other side, or a datagram from or to it.
    pub peer: Option<Peer>,
    /// Several recordings are shown: a connection's other side may be one of them, and is shown with it.
    pub both_ends: bool,
    /// One of these operations.
    pub ops: Vec<String>,
    /// In this step.
    pub step: Option<String>,
    /// Not before this: nanoseconds on the time line.
    pub since: Option<u64>,
    /// Not after this: nanoseconds on the time line.
    pub until: Option<u64>,
}

impl Filter {
    /// Whether the event is all that is asked for.
    #[must_use]
    pub fn passes(&self, annotated: &AnnotatedEvent) -> bool {
        let AnnotatedEvent { timed, connection, step, .. } = annotated;
        let connection = connection.as_deref();
        self.sock.is_none_or(|sock| timed.event.sock == Some(sock))
            && self.connection.is_none_or(|number| connection.is_some_and(|it| it.number == number))
            && self.peer.as_ref().is_none_or(|peer| self.is_with(peer, &timed.event.op, connection))
            && (self.ops.is_empty() || self.ops.iter().any(|op| op == timed.event.op.name()))
            && self.step.as_deref().is_none_or(|name| step.as_deref() == Some(name))
            && self.since.is_none_or(|since| timed.at >= since)
            && self.until.is_none_or(|until| timed.at <= until)
    }

    /// Whether no event of whole traces could pass any more after one at that time.
    #[must_use]
    pub fn is_over(&self, at: u64) -> bool {
        self.until.is_some_and(|until| at > until)
    }

    fn is_with(&self, peer: &Peer, op: &Op, connection: Option<&Connection>) -> bool {
        if let Op::SendTo(datagram) | Op::RecvFrom(datagram) = op
            && let Some(address) = &datagram.peer
        {
            return peer.is(address);
        }
        connection.is_some_and(|Connection { local, peer: other, .. }| {
            let is = |address: &Option<Addr>| address.as_ref().is_some_and(|address| peer.is(address));
            is(other) || (self.both_ends && is(local))
        })
    }
}

/// The other side of a connection: a host, one of its ports, or the path of a Unix-domain socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Whatever the port.
    Host(IpAddr),
    /// This port.
    Port(SocketAddr),
    /// The path, or whatever else a trace calls it.
    Other(String),
}

impl FromStr for Peer {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // An IPv6 address may be in brackets also without a port.
        let host = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        Ok(match (host.parse(), text.parse()) {
            (Ok(host), _) => Self::Host(host),
            (_, Ok(address)) => Self::Port(address),
            _ => Self::Other(text.to_owned()),
        })
    }
}

impl Peer {
    fn is(&self, address: &Addr) -> bool {
        match (self, address) {
            (Self::Host(host), Addr::Ip(address)) => host.to_canonical() == address.ip().to_canonical(),
            (Self::Port(port), Addr::Ip(address)) => {
                port.port() == address.port() && port.ip().to_canonical() == address.ip().to_canonical()
            }
            (Self::Other(name), Addr::Other(address)) => name == address,
            _ => false,
        }
    }
}
