//! Both sockets at one address.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use server_kit::bind::{bind, bind_udp, check, check_udp};
use socket_tap::{Tap, TapListener, TapUdpSocket};

/// How often the kernel is asked for a port that is free for both.
const ATTEMPTS: u32 = 16;

/// Who is expected at the address, should it be taken: the port may be free for one of them only.
const WHO: [&str; 2] = ["plain-server (UDP)", "plain-server (TCP)"];

/// A UDP socket and a listening TCP socket with the same address and port number.
#[derive(Debug)]
pub struct Sockets {
    /// For datagrams.
    pub udp: TapUdpSocket,
    /// For connections.
    pub tcp: TapListener,
}

impl Sockets {
    /// Fails as [`bind`](Self::bind) would, and leaves nothing behind.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn check(address: SocketAddr, flag: &str) -> io::Result<()> {
        let [udp, tcp] = WHO;
        check_udp(address, udp, flag)?;
        check(address, tcp, flag)
    }

    /// Binds both, each recorded by its own tap, which may be the same. With port 0 the kernel chooses one. `flag`
    /// chooses another address.
    ///
    /// # Errors
    /// With a message that says what to do.
    pub async fn bind(udp: &Tap, tcp: &Tap, address: SocketAddr, flag: &str) -> io::Result<Self> {
        let [udp_server, tcp_server] = WHO;
        let mut attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            // TCP first: far more ports of TCP are in use, and the kernel chooses a free one.
            let listener = bind(tcp, address, tcp_server, flag).await?;
            let chosen = listener.local_addr()?;
            match bind_udp(udp, chosen, udp_server, flag).await {
                Ok(socket) => return Ok(Self { udp: socket, tcp: listener }),
                Err(error) if error.kind() == ErrorKind::AddrInUse && attempts > 0 => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The address of both.
    ///
    /// # Errors
    /// As [`TapUdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }
}

/// Where to bind a socket that is to send to `server`: any port, of this machine alone when the server is on it.
pub(crate) fn facing(server: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match server.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    (ip, 0).into()
}
