//! A server of the socket table, and the sockets that belong to it.

use std::net::SocketAddr;

use socket_trace::sockets::{Proto, Row};

/// Name of the database in the table of sockets that the live page shows.
pub(super) const DATABASE: &str = "database";

/// A server whose sockets the table shows: its name, address and protocols.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) api: &'static str,
    pub(super) address: SocketAddr,
    pub(super) protos: [Proto; 2],
}

pub(super) const TCP: [Proto; 2] = [Proto::Tcp, Proto::Tcp6];
pub(super) const UDP: [Proto; 2] = [Proto::Udp, Proto::Udp6];

impl Server {
    /// Returns `server` or `client` if the socket belongs to this server or to one of its clients.
    pub(super) fn side_of(&self, row: &Row) -> Option<&'static str> {
        if !self.protos.contains(&row.proto) {
            return None;
        }
        if self.has_address(row.local) {
            return Some("server");
        }
        self.has_address(row.foreign).then_some("client")
    }

    /// Returns `true` if `address` is an address of this server: it has the same port and IP address. A
    /// server that listens on the unspecified address has every IP address. For the database, `address` may
    /// also be unspecified, because it is unknown on which addresses the database listens.
    fn has_address(&self, address: SocketAddr) -> bool {
        address.port() == self.address.port()
            && (self.address.ip().is_unspecified()
                || self.api == DATABASE && address.ip().is_unspecified()
                || address.ip().to_canonical() == self.address.ip().to_canonical())
    }
}
