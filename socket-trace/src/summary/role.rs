//! The purpose of a socket, such as listener or client connection.

use serde::Serialize;

/// The purpose of a socket, such as listener or client connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A socket that accepts connections.
    Listener,
    /// The accepting end of a connection.
    Accepted,
    /// The connecting end of a connection.
    Connected,
    /// The connecting end of a connection that a server opened, as a client of another server such as a database.
    Upstream,
    /// A stream on top of another recorded stream, such as TLS: both carry the same data.
    Layer,
    /// A socket that sends and receives datagrams.
    Datagram,
}

impl Role {
    /// Returns a heading for a list of sockets with this role.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Listener => "the server's listening socket",
            Self::Accepted => "a connection, server side",
            Self::Connected => "a connection, client side",
            Self::Upstream => "a connection to another server",
            Self::Layer => "a stream layered on another",
            Self::Datagram => "a datagram socket",
        }
    }
}
