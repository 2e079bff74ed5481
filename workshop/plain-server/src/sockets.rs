//! A UDP socket and a TCP listener at the same address.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use server_kit::bind::{bind, bind_udp, check, check_udp};
use socket_tap::{Tap, TapListener, TapUdpSocket};

/// Maximum number of ports to try until one is free for both protocols.
const ATTEMPTS: u32 = 16;

/// Names of the two sockets in error messages. They contain the protocol, because a port may be in use over
/// UDP and free over TCP, or vice versa.
const NAMES: [&str; 2] = ["plain-server (UDP)", "plain-server (TCP)"];

/// A UDP socket and a listening TCP socket with the same address and port number.
#[derive(Debug)]
pub struct Sockets {
    /// Socket for datagrams.
    pub udp: TapUdpSocket,
    /// Listening socket for TCP connections.
    pub tcp: TapListener,
}

impl Sockets {
    /// Checks that [`bind`](Self::bind) would succeed, without keeping the sockets.
    ///
    /// # Errors
    /// Returns the same errors as [`bind`](Self::bind).
    pub fn check(address: SocketAddr, flag: &str) -> io::Result<()> {
        let [udp, tcp] = NAMES;
        check_udp(address, udp, flag)?;
        check(address, tcp, flag)
    }

    /// Binds a UDP socket and a TCP listener to `address`, each recorded by its own tap. With port 0 the kernel
    /// chooses the port.
    ///
    /// # Errors
    /// If the address cannot be bound. The message names `flag` as the way to choose another address.
    pub async fn bind(udp: &Tap, tcp: &Tap, address: SocketAddr, flag: &str) -> io::Result<Self> {
        let [udp_server, tcp_server] = NAMES;
        let mut attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            // TCP first, because more TCP ports are in use and the kernel chooses one that is free.
            let listener = bind(tcp, address, tcp_server, flag).await?;
            let chosen = listener.local_addr()?;
            match bind_udp(udp, chosen, udp_server, flag).await {
                Ok(socket) => return Ok(Self { udp: socket, tcp: listener }),
                Err(error) if error.kind() == ErrorKind::AddrInUse && attempts > 0 => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the address that the UDP socket and the TCP listener share.
    ///
    /// # Errors
    /// Returns the same errors as [`TapUdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }
}

/// Returns a local address, with port 0, for a socket that sends to `server`. Returns a loopback address if
/// `server` is a loopback address.
pub(crate) fn local_address_for(server: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match server.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    (ip, 0).into()
}
