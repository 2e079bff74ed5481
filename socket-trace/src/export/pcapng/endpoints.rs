//! IP addresses of both endpoints of a connection.

use std::net::{Ipv6Addr, SocketAddr};

use socket_tap::event::{Addr, SockId};
use socket_tap::format::text::printable;

/// Addresses of both endpoints of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Endpoints {
    /// Address of the recorded program.
    pub(super) local: SocketAddr,
    /// Address of its peer.
    pub(super) remote: SocketAddr,
}

/// Port of the server in placeholder addresses.
const SERVER: u16 = 1;

/// Port of the client in placeholder addresses.
const CLIENT: u16 = 2;

/// Maximum number of characters of an address in a comment. A Unix-domain socket address has up to 108 bytes.
const MAX_TEXT: usize = 120;

impl Endpoints {
    /// Returns the addresses recorded in the trace, if both are IP addresses. An IPv4-mapped IPv6 address is
    /// converted to IPv4, because such a connection uses IPv4 on the network.
    pub(super) fn real(local: Option<&Addr>, remote: Option<&Addr>) -> Option<Self> {
        let (Some(Addr::Ip(local)), Some(Addr::Ip(remote))) = (local, remote) else { return None };
        let [local, remote] = [local, remote].map(|end| SocketAddr::new(end.ip().to_canonical(), end.port()));
        (local.is_ipv4() == remote.is_ipv4()).then_some(Self { local, remote })
    }

    /// Returns placeholder addresses of the documentation block (RFC 3849). They contain the numbers of the
    /// recording and the socket, so that no two connections share an address. Port 1 is the server's, port 2
    /// the client's.
    pub(super) fn placeholder(recording: u32, sock: SockId, is_server: bool) -> Self {
        let [a, b] = [16, 0].map(|by| low(u64::from(recording) >> by));
        let [c, d, e, f] = [48, 32, 16, 0].map(|by| low(sock.get() >> by));
        let ip = Ipv6Addr::new(0x2001, 0xdb8, a, b, c, d, e, f);
        let (local, remote) = if is_server { (SERVER, CLIENT) } else { (CLIENT, SERVER) };
        Self { local: SocketAddr::new(ip.into(), local), remote: SocketAddr::new(ip.into(), remote) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "returns the low 16 bits")]
fn low(number: u64) -> u16 {
    number as u16
}

/// Formats a recorded address for the comment on a packet with placeholder addresses: `?` if it is unknown.
pub(super) fn quoted(address: Option<&Addr>) -> String {
    let text = address.map_or_else(|| "?".to_owned(), Addr::to_string);
    printable(&text).chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(local: &str, remote: &str) -> Option<Endpoints> {
        Endpoints::real(local.parse().ok().as_ref(), remote.parse().ok().as_ref())
    }

    #[test]
    fn ipv4_mapped_ipv6_addresses_become_ipv4() {
        let endpoints = real("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.2]:81").unwrap();
        assert_eq!(
            (endpoints.local.to_string(), endpoints.remote.to_string()),
            ("127.0.0.1:80".into(), "127.0.0.2:81".into())
        );
        assert_eq!(real("[::1]:80", "127.0.0.1:81"), None);
        assert_eq!(real("/run/shelf.sock", "(unnamed)"), None);
    }

    #[test]
    fn placeholder_addresses_are_unique() {
        let placeholder = |recording, sock, is_server| {
            Endpoints::placeholder(recording, SockId::new(sock).unwrap(), is_server)
        };
        let one = placeholder(0, 7, true);
        assert_eq!(one.local.to_string(), "[2001:db8::7]:1");
        for other in [placeholder(1, 7, true), placeholder(0, 8, true), placeholder(0, 7 + (1 << 48), true)] {
            assert_ne!(one.local.ip(), other.local.ip());
        }
        let far = placeholder(u32::MAX, u64::MAX, false);
        assert_eq!(far.remote.to_string(), "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:1");
    }

    #[test]
    fn addresses_in_comments_are_truncated_and_escaped() {
        let long = Addr::Other("\x1b[2J".to_owned() + &"x".repeat(100_000));
        let text = quoted(Some(&long));
        assert!(text.starts_with("␛[2Jxx") && text.chars().count() == MAX_TEXT, "{text}");
    }
}
