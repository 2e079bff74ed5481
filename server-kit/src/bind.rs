//! Addresses: reading them from a flag, taking one, and saying so well when it is taken.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _, UdpSocket};

use socket_tap::{ListenOptions, Tap, TapListener, TapUdpSocket};

/// How many connections may wait for an accept: more than come in one burst.
const BACKLOG: u32 = 1024;

/// Reads an address as people type it: `127.0.0.1:3000`, `[::1]:3000`, `localhost:3000`, or a port alone.
///
/// # Errors
/// With what would have been right.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let resolved = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    resolved.ok_or_else(|| {
        "give an address and a port, such as 127.0.0.1:3000 or [::1]:3000, or a port alone".to_owned()
    })
}

/// Where a client on this machine finds a server that listens on `address`: `0.0.0.0` and `[::]` stand for every
/// interface, and are nothing to connect to.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    (ip, address.port()).into()
}

/// Fails as [`bind`] would, and leaves nothing behind.
///
/// # Errors
/// As [`bind`].
pub fn check(address: SocketAddr, who: &str, flag: &str) -> io::Result<()> {
    TcpListener::bind(address).map(drop).map_err(|error| explained(&error, address, who, flag))
}

/// The same for datagrams.
///
/// # Errors
/// As [`bind_udp`].
pub fn check_udp(address: SocketAddr, who: &str, flag: &str) -> io::Result<()> {
    UdpSocket::bind(address).map(drop).map_err(|error| explained(&error, address, who, flag))
}

/// Binds `address` for `who`; `flag` chooses another. Accepted connections get `TCP_NODELAY`: a response is often two
/// small writes, and the second must not wait for the acknowledgement of the first.
///
/// # Errors
/// With a message that says who was expected there and what to do.
pub async fn bind(tap: &Tap, address: SocketAddr, who: &str, flag: &str) -> io::Result<TapListener> {
    let listener = TapListener::bind_with(tap, address, ListenOptions::new().backlog(BACKLOG)).await;
    listener.map(|listener| listener.nodelay(true)).map_err(|error| explained(&error, address, who, flag))
}

/// Binds `address` for the datagrams of `who`; `flag` chooses another. Truncated datagrams are recorded as such.
///
/// # Errors
/// As [`bind`].
pub async fn bind_udp(tap: &Tap, address: SocketAddr, who: &str, flag: &str) -> io::Result<TapUdpSocket> {
    let socket = TapUdpSocket::bind(tap, address).await;
    socket.map(|socket| socket.report_truncation(true)).map_err(|error| explained(&error, address, who, flag))
}

fn explained(error: &io::Error, address: SocketAddr, who: &str, flag: &str) -> io::Error {
    let why = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{address} is taken; the {who} is expected there. \
             Stop the program that has it, or choose another address: {flag} {}:0 lets the kernel choose a port",
            bracketed(address)
        ),
        ErrorKind::PermissionDenied => format!(
            "{address} needs a permission that this user does not have (ports below 1024 do). \
             Choose another address for the {who} with {flag}"
        ),
        ErrorKind::AddrNotAvailable => {
            format!("{address} is no address of this machine. Choose another for the {who} with {flag}")
        }
        _ => format!("cannot listen on {address} for the {who}: {error}"),
    };
    io::Error::new(error.kind(), why)
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}
