//! Consecutive connections with one peer.

use std::net::{IpAddr, SocketAddr};

use socket_tap::event::Addr;

use super::super::finding::Tally;
use super::super::socket::Socket;
use crate::summary::Role;

/// Factor: a reported series has at least this many times as many connections as were open at the same time.
/// With up to 4 simultaneous connections, it must have 40.
const MANY: u64 = 10;

/// The peer of a connection: a client identified by its IP address without the ephemeral port, or a server by
/// address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Peer {
    Client(IpAddr),
    Server(SocketAddr),
}

/// A series of consecutive connections with one peer.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) open: u64,
    pub(super) most_open: u64,
    pub(super) ended: u64,
    pub(super) brief: Tally,
    pub(super) ended_by_us: u64,
    pub(super) last: u64,
}

impl Series {
    /// Returns `true` if the series is long enough to be reported, and at least nine in ten of its
    /// connections were brief: they carried only a few requests.
    pub(super) fn is_reportable(&self) -> bool {
        self.brief.count * 10 >= self.ended * 9 && self.ended >= MANY.saturating_mul(self.most_open.max(1))
    }

    /// Describes the series in one sentence, such as
    /// `12 short connections to 10.0.0.1:80, never two at once; the client closed 12, the server 0.`
    pub(super) fn summary(&self, peer: Peer) -> String {
        let Self { ended, most_open, ended_by_us, .. } = self;
        let (with, by_client) = match peer {
            Peer::Client(ip) => (format!("from {ip}"), ended - ended_by_us),
            Peer::Server(address) => (format!("to {address}"), *ended_by_us),
        };
        let at_once = match most_open {
            1 => "never two at once".to_owned(),
            most => format!("at most {most} at once"),
        };
        let by_server = ended - by_client;
        format!(
            "{ended} short connections {with}, {at_once}; the client closed {by_client}, the server {by_server}."
        )
    }
}

/// Returns the peer of a connection. `None` if the peer has no IP address.
pub(super) fn peer_of(socket: &Socket) -> Option<Peer> {
    let Some(Addr::Ip(address)) = &socket.peer else { return None };
    Some(match socket.role {
        Some(Role::Accepted) => Peer::Client(address.ip()),
        _ => Peer::Server(*address),
    })
}
