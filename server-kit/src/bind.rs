//! Parses addresses, binds sockets to them, and explains why binding failed.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _, UdpSocket};

use socket_tap::{ListenOptions, Tap, TapListener, TapUdpSocket};

/// Maximum number of connections that wait in the kernel until the server accepts them. It is large enough
/// for a burst of clients.
const BACKLOG: u32 = 1024;

/// Parses an address as people type it: `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`, or only a port of
/// 127.0.0.1.
///
/// # Errors
/// A message that lists the accepted forms.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let resolved = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    resolved.ok_or_else(|| {
        "expected an address and a port, such as 127.0.0.1:3000 or [::1]:3000, or only a port".to_owned()
    })
}

/// Returns the address at which a client on this machine reaches a server that listens on `address`.
///
/// Replaces `0.0.0.0` and `[::]`, which stand for every interface, by a loopback address.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    (ip, address.port()).into()
}

/// Checks that a TCP listener can be bound to `address`, by binding and closing one.
///
/// # Errors
/// Returns the same errors as [`bind`].
pub fn check(address: SocketAddr, server: &str, flag: &str) -> io::Result<()> {
    TcpListener::bind(address).map(drop).map_err(|error| explain(&error, address, server, flag))
}

/// Checks that a UDP socket can be bound to `address`, by binding and closing one.
///
/// # Errors
/// Returns the same errors as [`bind_udp`].
pub fn check_udp(address: SocketAddr, server: &str, flag: &str) -> io::Result<()> {
    UdpSocket::bind(address).map(drop).map_err(|error| explain(&error, address, server, flag))
}

/// Binds a listener to `address`.
///
/// Accepted connections have `TCP_NODELAY`: a response is often two small writes, and the second must not
/// wait for the acknowledgement of the first.
///
/// # Errors
/// If the address cannot be bound. The message names the `server`, and the `flag` that chooses another
/// address.
pub async fn bind(tap: &Tap, address: SocketAddr, server: &str, flag: &str) -> io::Result<TapListener> {
    let listener = TapListener::bind_with(tap, address, ListenOptions::new().backlog(BACKLOG)).await;
    listener.map(|listener| listener.nodelay(true)).map_err(|error| explain(&error, address, server, flag))
}

/// Binds a UDP socket to `address`. The recording marks truncated datagrams.
///
/// # Errors
/// Returns the same errors as [`bind`].
pub async fn bind_udp(tap: &Tap, address: SocketAddr, server: &str, flag: &str) -> io::Result<TapUdpSocket> {
    let socket = TapUdpSocket::bind(tap, address).await;
    socket
        .map(|socket| socket.report_truncation(true))
        .map_err(|error| explain(&error, address, server, flag))
}

fn explain(error: &io::Error, address: SocketAddr, server: &str, flag: &str) -> io::Error {
    let message = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "address {address} of the {server} is already in use; stop the program that uses it, or pass {flag} {} for a \
             free port",
            SocketAddr::from((address.ip(), 0))
        ),
        ErrorKind::PermissionDenied => format!(
            "address {address} of the {server} requires privileges, like every port below 1024; pass {flag} to choose \
             another"
        ),
        ErrorKind::AddrNotAvailable => format!(
            "address {address} of the {server} is not an address of this machine; pass {flag} to choose another"
        ),
        _ => format!("cannot listen on {address} for the {server}: {error}"),
    };
    io::Error::new(error.kind(), message)
}
