//! The two ends of a connection, as IP addresses.

use std::net::{Ipv6Addr, SocketAddr};

use socket_tap::event::{Addr, SockId};
use socket_tap::format::text::printable;

/// Where packets come from and go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// The side that recorded.
    pub(super) ours: SocketAddr,
    /// The other side.
    pub(super) theirs: SocketAddr,
}

/// The ports of made-up addresses.
const SERVER: u16 = 1;
const CLIENT: u16 = 2;

/// The longest address that a comment quotes: that of a Unix-domain socket has 108 bytes.
const LONGEST: usize = 120;

impl Ends {
    /// The addresses of the trace, when both are IP. A socket of IPv6 that speaks IPv4 has IPv4 on the wire.
    pub(super) fn real(ours: Option<&Addr>, theirs: Option<&Addr>) -> Option<Self> {
        let (Some(Addr::Ip(ours)), Some(Addr::Ip(theirs))) = (ours, theirs) else { return None };
        let [ours, theirs] = [ours, theirs].map(|end| SocketAddr::new(end.ip().to_canonical(), end.port()));
        (ours.is_ipv4() == theirs.is_ipv4()).then_some(Self { ours, theirs })
    }

    /// Addresses for a connection that has none: of the block for documentation (RFC 3849), with the numbers of the
    /// recording and the socket, so that no two connections share them. Port 1 is the server's, 2 the client's.
    pub(super) fn made_up(recording: u32, sock: SockId, we_serve: bool) -> Self {
        let [a, b] = [16, 0].map(|by| low(u64::from(recording) >> by));
        let [c, d, e, f] = [48, 32, 16, 0].map(|by| low(sock.get() >> by));
        let ip = Ipv6Addr::new(0x2001, 0xdb8, a, b, c, d, e, f);
        let (ours, theirs) = if we_serve { (SERVER, CLIENT) } else { (CLIENT, SERVER) };
        Self { ours: SocketAddr::new(ip.into(), ours), theirs: SocketAddr::new(ip.into(), theirs) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low 16 bits are what is asked for")]
fn low(number: u64) -> u16 {
    number as u16
}

/// An address for a comment, which says what the made-up ones stand for.
pub(super) fn quoted(address: Option<&Addr>) -> String {
    let text = address.map_or_else(|| "?".to_owned(), Addr::to_string);
    printable(&text).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(ours: &str, theirs: &str) -> Option<Ends> {
        Ends::real(ours.parse().ok().as_ref(), theirs.parse().ok().as_ref())
    }

    #[test]
    fn a_socket_of_ipv6_that_speaks_ipv4_has_ipv4_on_the_wire() {
        let ends = real("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.2]:81").unwrap();
        assert_eq!(
            (ends.ours.to_string(), ends.theirs.to_string()),
            ("127.0.0.1:80".into(), "127.0.0.2:81".into())
        );
        assert_eq!(real("[::1]:80", "127.0.0.1:81"), None);
        assert_eq!(real("/run/shelf.sock", "(unnamed)"), None);
    }

    #[test]
    fn no_two_connections_have_the_same_made_up_addresses() {
        let made_up =
            |recording, sock, we_serve| Ends::made_up(recording, SockId::new(sock).unwrap(), we_serve);
        let one = made_up(0, 7, true);
        assert_eq!(one.ours.to_string(), "[2001:db8::7]:1");
        for other in [made_up(1, 7, true), made_up(0, 8, true), made_up(0, 7 + (1 << 48), true)] {
            assert_ne!(one.ours.ip(), other.ours.ip());
        }
        let far = made_up(u32::MAX, u64::MAX, false);
        assert_eq!(far.theirs.to_string(), "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:1");
    }

    #[test]
    fn what_a_comment_quotes_is_short_and_steers_nothing() {
        let long = Addr::Other("\x1b[2J".to_owned() + &"x".repeat(100_000));
        let text = quoted(Some(&long));
        assert!(text.starts_with("\u{fffd}[2Jxx") && text.chars().count() == LONGEST, "{text}");
    }
}
