//! The address of a socket.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// Address of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Addr {
    /// IP address and port.
    Ip(SocketAddr),
    /// Any other address, as text: the path of a Unix-domain socket, for example.
    Other(String),
}

impl From<SocketAddr> for Addr {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}

impl FromStr for Addr {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::Other(text.to_owned()), Self::Ip))
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}
