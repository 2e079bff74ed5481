//! Detection of a connection's protocol by its first bytes.

/// A protocol that Wireshark may not detect by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// HTTP/1.x, and protocols upgraded from it.
    Http,
    /// HTTP/2 from its first byte.
    Http2,
}

/// The connection preface of an HTTP/2 client (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Length of the prefix that is unique to HTTP/2. The rest may come later.
const ENOUGH: usize = b"PRI * HTTP/2.0".len();

/// Ports on which Wireshark detects HTTP by default.
const KNOWN: [u16; 10] = [80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371];

impl Protocol {
    /// Detects the protocol by the first bytes of a client.
    pub(super) fn of_client(data: &[u8]) -> Option<Self> {
        if data.len() >= ENOUGH && data.iter().zip(PREFACE).all(|(byte, expected)| byte == expected) {
            return Some(Self::Http2);
        }
        let methods: [&[u8]; 8] =
            [b"GET /", b"POST /", b"PUT /", b"PATCH /", b"DELETE /", b"HEAD /", b"OPTIONS ", b"CONNECT "];
        methods.iter().any(|method| data.starts_with(method)).then_some(Self::Http)
    }

    /// Detects the protocol by the first bytes of a server. For HTTP/2 these are SETTINGS on stream 0, with entries
    /// of six bytes each, and not an acknowledgement.
    pub(super) fn of_server(data: &[u8]) -> Option<Self> {
        match data {
            [0, high, low, 4, 0, 0, 0, 0, 0, ..] if u16::from_be_bytes([*high, *low]) % 6 == 0 => {
                Some(Self::Http2)
            }
            _ => data.starts_with(b"HTTP/1.").then_some(Self::Http),
        }
    }

    /// Returns Wireshark's name of the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
        }
    }

    /// Returns `true` if Wireshark detects the protocol on `port` reliably. It detects HTTP/2 on no port if the
    /// server sends first, and HTTP/1.1 on other ports only if the request line is in one packet.
    pub(super) fn is_known_on(self, port: u16) -> bool {
        self == Self::Http && KNOWN.contains(&port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_is_detected_by_preface_or_method() {
        for preface in [PREFACE, b"PRI * HTTP/2.0", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
            assert_eq!(Protocol::of_client(preface), Some(Protocol::Http2), "{preface:?}");
        }
        for request in
            [&b"GET /v1/books/1 HTTP/1.1"[..], b"POST /graphql HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1"]
        {
            assert_eq!(Protocol::of_client(request), Some(Protocol::Http), "{request:?}");
        }
        for other in [&b""[..], b"PRI", b"PRI * HTTP/2.0 or so", b"GETTING /", b"\x16\x03\x01"] {
            assert_eq!(Protocol::of_client(other), None, "{other:?}");
        }
    }

    #[test]
    fn server_is_detected_by_settings_or_status_line() {
        for settings in [&b"\0\0\0\x04\0\0\0\0\0"[..], b"\0\0\x12\x04\0\0\0\0\0\0\x04"] {
            assert_eq!(Protocol::of_server(settings), Some(Protocol::Http2), "{settings:?}");
        }
        assert_eq!(Protocol::of_server(b"HTTP/1.1 200 OK\r\n"), Some(Protocol::Http));
        let (uneven, acknowledgement, stream) =
            (b"\0\0\x05\x04\0\0\0\0\0", b"\0\0\0\x04\x01\0\0\0\0", b"\0\0\0\x04\0\0\0\0\x01");
        for other in [uneven, acknowledgement, stream] {
            assert_eq!(Protocol::of_server(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_default_http_ports_are_known() {
        let unknown = [(Protocol::Http, 3000), (Protocol::Http2, 3000), (Protocol::Http2, 8080)];
        assert!(unknown.iter().all(|(protocol, port)| !protocol.is_known_on(*port)));
        assert!(Protocol::Http.is_known_on(8080));
    }
}
