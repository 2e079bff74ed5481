//! Detects protocols that Wireshark may not detect by itself.

use socket_dissect::detect::{WireProtocol, identify_http};
use socket_tap::format::Side;

/// A protocol that Wireshark may not detect by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// HTTP/1.x, and protocols to which it is upgraded.
    Http,
    /// HTTP/2 without an upgrade from HTTP/1.1.
    Http2,
}

/// Ports on which Wireshark detects HTTP by default.
const KNOWN: [u16; 10] = [80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371];

impl Protocol {
    /// Detects the protocol from the first bytes that `sender` sent.
    pub(super) fn of(sender: Side, data: &[u8]) -> Option<Self> {
        match identify_http(sender, data)? {
            WireProtocol::Http1 => Some(Self::Http),
            WireProtocol::Http2 => Some(Self::Http2),
            WireProtocol::Tls => None,
        }
    }

    /// Returns the name that Wireshark uses for the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
        }
    }

    /// Returns `true` if Wireshark detects the protocol on `port` reliably. It detects HTTP/2 on no port if
    /// the server sends first, and HTTP/1.1 on other ports only if the request line is in one packet.
    pub(super) fn is_known_on(self, port: u16) -> bool {
        self == Self::Http && KNOWN.contains(&port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wireshark_detects_http_only_on_default_ports() {
        let unknown = [(Protocol::Http, 3000), (Protocol::Http2, 3000), (Protocol::Http2, 8080)];
        assert!(unknown.iter().all(|(protocol, port)| !protocol.is_known_on(*port)));
        assert!(Protocol::Http.is_known_on(8080));
    }
}
