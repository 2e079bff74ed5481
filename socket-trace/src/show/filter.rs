//! Selects the events to show.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use socket_tap::event::{Addr, Op, SockId};

use crate::client_step::is_named;
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Connection;

/// Conditions for an event to be shown. A field that is `None` or empty sets no condition.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The event must be on the socket with this number in its recording, or be a packet of its connection.
    pub sock: Option<SockId>,
    /// Connections whose packets are shown because one of their ends is the socket `sock`.
    pub connections_of_sock: BTreeSet<u64>,
    /// The event must be on the connection with this number on the time line.
    pub connection: Option<u64>,
    /// The event must be on a connection with this peer, or be a datagram or packet from or to it.
    pub peer: Option<Peer>,
    /// `true` if several recordings are shown. `peer` is then compared with the local address, too, so that
    /// both ends of a connection are shown.
    pub both_ends: bool,
    /// The event must be one of these operations, such as `read`.
    pub ops: Vec<String>,
    /// The event must be in the step with this name: between its mark and the next mark.
    pub step: Option<String>,
    /// Time on the time line, in nanoseconds, before which no event is shown.
    pub since: Option<u64>,
    /// Time on the time line, in nanoseconds, after which no event is shown.
    pub until: Option<u64>,
}

impl Filter {
    /// Returns `true` if the filter sets a condition, so that events may not pass.
    #[must_use]
    pub fn has_condition(&self) -> bool {
        let places = self.sock.is_some() || self.connection.is_some() || self.peer.is_some();
        let times = self.step.is_some() || self.since.is_some() || self.until.is_some();
        places || times || !self.ops.is_empty()
    }

    /// Returns `true` if the event meets all conditions.
    #[must_use]
    pub fn passes(&self, annotated: &AnnotatedEvent) -> bool {
        let AnnotatedEvent { timed, connection, step, .. } = annotated;
        let connection = connection.as_deref();
        self.sock.is_none_or(|sock| timed.event.sock == Some(sock) || self.is_packet_of_sock(annotated))
            && self.connection.is_none_or(|number| connection.is_some_and(|it| it.number == number))
            && self.peer.as_ref().is_none_or(|peer| self.is_with(peer, &timed.event.op, connection))
            && (self.ops.is_empty() || self.ops.iter().any(|op| op == timed.event.op.name()))
            && self
                .step
                .as_deref()
                .is_none_or(|name| step.as_deref().is_some_and(|step| is_named(step, name)))
            && self.since.is_none_or(|since| timed.at >= since)
            && self.until.is_none_or(|until| timed.at <= until)
    }

    /// Processes an event. If it is on the socket `sock`, the packets of its connection pass from now on. Packets
    /// precede the `accept` of their connection, so events should be read twice: first to call this method.
    pub fn observe(&mut self, annotated: &AnnotatedEvent) {
        if let Some(connection) = &annotated.connection
            && annotated.timed.event.sock.is_some_and(|sock| self.sock == Some(sock))
        {
            self.connections_of_sock.insert(connection.number);
        }
    }

    fn is_packet_of_sock(&self, annotated: &AnnotatedEvent) -> bool {
        let connection = annotated.connection.as_ref();
        matches!(annotated.timed.event.op, Op::Packet(_))
            && connection.is_some_and(|connection| self.connections_of_sock.contains(&connection.number))
    }

    /// Returns `true` if no event after the time `at` can meet the conditions, so that complete traces need
    /// not be read further.
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
        if let Op::Packet(packet) = op {
            return peer.is(&packet.from) || peer.is(&packet.to);
        }
        connection.is_some_and(|Connection { local, peer: other, .. }| {
            let is = |address: &Option<Addr>| address.as_ref().is_some_and(|address| peer.is(address));
            is(other) || (self.both_ends && is(local))
        })
    }
}

/// An address with which the peer of a connection is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An IP address, with any port.
    Host(IpAddr),
    /// An IP address and a port.
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
