//! Selection of the events to show.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use socket_tap::event::{Addr, Op, SockId};

use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Connection;

/// Conditions for an event to be shown. A field that is `None` or empty imposes none.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The event is on this socket, as numbered in its own recording.
    pub sock: Option<SockId>,
    /// The event is on this connection, as numbered on the time line.
    pub connection: Option<u64>,
    /// The event is on a connection with this peer, or is a datagram from or to it.
    pub peer: Option<Peer>,
    /// `true` if several recordings are shown. `peer` then matches a connection's local address, too, so that both of
    /// its ends are shown.
    pub both_ends: bool,
    /// The event is one of these operations.
    pub ops: Vec<String>,
    /// The event is in this step.
    pub step: Option<String>,
    /// Earliest time, in nanoseconds on the time line.
    pub since: Option<u64>,
    /// Latest time, in nanoseconds on the time line.
    pub until: Option<u64>,
}

impl Filter {
    /// Returns `true` if the event meets all conditions.
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

    /// Returns `true` if no event after time `at` can pass, so that complete traces need not be read further.
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

/// The peer of a connection: a host, one of its ports, or a Unix-domain socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A host, with any port.
    Host(IpAddr),
    /// A host and port.
    Port(SocketAddr),
    /// The path of a Unix-domain socket, or any other text that a trace has as an address.
    Other(String),
}

impl FromStr for Peer {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // An IPv6 address without a port may be in brackets, too.
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
