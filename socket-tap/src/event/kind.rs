//! Address families and types of sockets.

use std::net::SocketAddr;

use super::string_enum::string_enum;

string_enum! {
    /// The address family of a socket, or the program's own name for a stream that is not a socket: `tls`.
    ///
    /// ```
    /// use socket_tap::event::Domain;
    ///
    /// assert_eq!(Domain::from("ipv6"), Domain::Ipv6);
    /// assert_eq!(Domain::from("tls").to_string(), "tls");
    /// ```
    Domain {
        /// `AF_INET`, `ip(7)`.
        Ipv4 = "ipv4",
        /// `AF_INET6`, `ipv6(7)`.
        Ipv6 = "ipv6",
        /// IP of an unknown version.
        Ip = "ip",
        /// `AF_UNIX`, `unix(7)`.
        Unix = "unix",
    }
}

string_enum! {
    /// The type of a socket.
    SocketKind {
        /// `SOCK_STREAM`: TCP, or a Unix-domain stream.
        Stream = "stream",
        /// `SOCK_DGRAM`: UDP.
        Datagram = "datagram",
        /// A stream socket that accepts connections.
        Listener = "listener",
    }
}

impl Domain {
    /// Returns `true` for any version of IP.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6 | Self::Ip)
    }
}

impl From<SocketAddr> for Domain {
    /// Returns the family of the address.
    fn from(address: SocketAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}
