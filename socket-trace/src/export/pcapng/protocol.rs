//! Detects protocols that Wireshark may not detect by itself.

use socket_dissect::detect::{WireProtocol, identify};
use socket_tap::format::Side;

/// A protocol that Wireshark may not detect by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// HTTP/1.x, including connections that are upgraded to another protocol.
    Http,
    /// HTTP/2 without an upgrade from HTTP/1.1.
    Http2,
    /// PostgreSQL.
    Postgres,
}

/// Ports on which Wireshark detects HTTP by default.
const KNOWN: [u16; 10] = [80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371];
/// Port on which Wireshark detects PostgreSQL by default.
const KNOWN_POSTGRES: u16 = 5432;

impl Protocol {
    /// Detects the protocol from the first bytes that `sender` sent.
    pub(super) fn of(sender: Side, data: &[u8]) -> Option<Self> {
        match identify(sender, data)? {
            WireProtocol::Http1 => Some(Self::Http),
            WireProtocol::Http2 => Some(Self::Http2),
            WireProtocol::Postgres => Some(Self::Postgres),
            WireProtocol::Tls => None,
        }
    }

    /// Returns the name that Wireshark uses for the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
            Self::Postgres => "pgsql",
        }
    }

    /// Returns `true` if Wireshark detects the protocol on `port` reliably. Wireshark does not detect HTTP/2
    /// on any port if the server sends first. It detects HTTP/1.1 reliably only on its default ports: on
    /// other ports, the request line must be in one packet.
    pub(super) fn is_known_on(self, port: u16) -> bool {
        match self {
            Self::Http => KNOWN.contains(&port),
            Self::Http2 => false,
            Self::Postgres => port == KNOWN_POSTGRES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wireshark_detects_protocols_only_on_default_ports() {
        let unknown = [(Protocol::Http, 3000), (Protocol::Http2, 3000), (Protocol::Http2, 8080)];
        assert!(unknown.iter().all(|(protocol, port)| !protocol.is_known_on(*port)));
        assert!(Protocol::Http.is_known_on(8080));
        assert!(Protocol::Postgres.is_known_on(5432) && !Protocol::Postgres.is_known_on(8080));
    }
}
