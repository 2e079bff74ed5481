//! Address families and types of sockets.

use std::net::SocketAddr;

use super::string_enum::string_enum;

string_enum! {
    /// The address family of a socket, or what the program calls a stream that is not one: `tls`.
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
        /// IP, of a version that is not known.
        Ip = "ip",
        /// `AF_UNIX`, `unix(7)`.
        Unix = "unix",
    }
}

string_enum! {
    /// The type of a socket.
    SocketKind {
        /// `SOCK_STREAM`: TCP, or a stream of the Unix domain.
        Stream = "stream",
        /// `SOCK_DGRAM`: UDP.
        Datagram = "datagram",
        /// A stream socket that accepts connections.
        Listener = "listener",
    }
}

impl Domain {
    /// Returns whether it is a version of IP.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6 | Self::Ip)
    }
}

impl From<SocketAddr> for Domain {
    /// The family of the address.
    fn from(address: SocketAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}
