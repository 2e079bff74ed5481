//! Address families and types of sockets.

use std::net::SocketAddr;

use super::string_enum::string_enum;

string_enum! {
    /// The address family of a socket, or the program's own name for a stream that is not a socket, for
    /// example `tls`.
    ///
    /// ```
    /// use socket_tap::event::Domain;
    ///
    /// assert_eq!(Domain::from("ipv6"), Domain::Ipv6);
    /// assert_eq!(Domain::from("tls").to_string(), "tls");
    /// ```
    Domain {
        /// IPv4: `AF_INET`, see `ip(7)`.
        Ipv4 = "ipv4",
        /// IPv6: `AF_INET6`, see `ipv6(7)`.
        Ipv6 = "ipv6",
        /// IPv4 or IPv6. Used for an adopted socket whose addresses the tap could not query.
        Ip = "ip",
        /// Unix domain: `AF_UNIX`, see `unix(7)`.
        Unix = "unix",
    }
}

string_enum! {
    /// The type of a socket.
    SocketKind {
        /// A connected stream socket (`SOCK_STREAM`): TCP or a Unix-domain stream.
        Stream = "stream",
        /// A datagram socket (`SOCK_DGRAM`): UDP.
        Datagram = "datagram",
        /// A listening stream socket, which accepts connections.
        Listener = "listener",
    }
}

impl Domain {
    /// Returns `true` for IPv4, IPv6, and IP of an unknown version.
    #[must_use]
    pub fn is_ip(&self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6 | Self::Ip)
    }
}

impl From<SocketAddr> for Domain {
    /// Returns the family of an IP address: `Ipv4` or `Ipv6`.
    fn from(address: SocketAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}
