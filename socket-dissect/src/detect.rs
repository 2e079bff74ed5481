//! Detection of a connection's protocol by its first bytes.

use socket_tap::format::Side;

use super::direction::Direction;
use super::http1::start_line;
use super::http2::first_frame;
use super::postgres;
use super::tls;

/// A protocol that can be detected by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireProtocol {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2 that begins with its preface, and not with an upgrade from HTTP/1.1.
    Http2,
    /// TLS.
    Tls,
    /// The PostgreSQL frontend/backend protocol, version 3.
    Postgres,
}

/// Guesses the protocol of a connection from the first bytes that are sent in `direction`. A single byte may
/// be enough, so the guess can be wrong. `None` if no supported protocol begins with these bytes.
///
/// `from_beginning` is `false` if the recording does not contain the beginning of the connection.
pub(super) fn detect(direction: Direction, bytes: &[u8], from_beginning: bool) -> Option<WireProtocol> {
    let is_http2 = match direction {
        Direction::ToServer if from_beginning => first_frame::may_be_preface(bytes),
        Direction::ToServer => first_frame::may_be_preface(bytes) || first_frame::may_be_frame(bytes),
        Direction::ToClient => first_frame::may_be_frame(bytes),
    };
    let is_http1 = match direction {
        Direction::ToServer if from_beginning => start_line::may_be_request(bytes),
        Direction::ToServer => start_line::is_likely_request(bytes),
        Direction::ToClient => start_line::may_be_status(bytes),
    };
    match () {
        () if is_http2 => Some(WireProtocol::Http2),
        () if is_http1 => Some(WireProtocol::Http1),
        () if tls::is_tls(direction, bytes, from_beginning) => Some(WireProtocol::Tls),
        () if postgres::may_be_postgres(direction, bytes, from_beginning) => Some(WireProtocol::Postgres),
        () => None,
    }
}

/// Returns the plaintext protocol that the first bytes sent by `sender` identify beyond doubt, or `None`. PostgreSQL is
/// identified by its client only.
///
/// ```
/// use socket_dissect::detect::{WireProtocol, identify};
/// use socket_tap::format::Side;
///
/// assert_eq!(identify(Side::Client, b"GET /v1/books/1 HTTP/1.1"), Some(WireProtocol::Http1));
/// assert_eq!(identify(Side::Client, b"GE"), None);
/// ```
#[must_use]
pub fn identify(sender: Side, bytes: &[u8]) -> Option<WireProtocol> {
    let (is_http2, is_http1) = match sender {
        Side::Client => (first_frame::is_preface(bytes), start_line::is_request(bytes)),
        Side::Server => (first_frame::is_settings(bytes), start_line::is_status(bytes)),
        // The network sends no bytes of its own.
        Side::Wire => return None,
    };
    match () {
        () if is_http2 => Some(WireProtocol::Http2),
        () if is_http1 => Some(WireProtocol::Http1),
        () if sender == Side::Client && postgres::is_startup(bytes) => Some(WireProtocol::Postgres),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_detected_by_their_first_bytes() {
        let to_server = [
            (&b"GET / HTTP/1.1"[..], Some(WireProtocol::Http1)),
            (b"M-SEARCH *", Some(WireProtocol::Http1)),
            (b"PR", Some(WireProtocol::Http1)),
            (b"PRI ", Some(WireProtocol::Http2)),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Some(WireProtocol::Http2)),
            (b"\0\0\x08\x06\0\0\0\0\0", None),
            (b"\x16\x03\x01\x02\0", Some(WireProtocol::Tls)),
            (b"\x16\x03\x01\x02\0\x01", Some(WireProtocol::Tls)),
            (b"\x16\x03\x01\x02\0\x02", None),
            (b"\x17\x03\x03\x02\0", None),
            (b"\x16\x03\x01\xff\0", None),
            (b"\0\0\0\x08\x04\xd2\x16\x2f", Some(WireProtocol::Postgres)),
            (b"\0\0\0\x20\0\x03", Some(WireProtocol::Postgres)),
            (b"EHLO\r\n", None),
            (b"get / http/1.1\r\n", None),
            (b"get / HTTP/1.1\r\n", Some(WireProtocol::Http1)),
            (b"get /", Some(WireProtocol::Http1)),
            (b"X_1 / HTTP/1.1\r\n", Some(WireProtocol::Http1)),
            (b"what is this", None),
            (b"\r\n\r\nGET / HTTP/1.1\r\n", Some(WireProtocol::Http1)),
            (b"\r\n", Some(WireProtocol::Http1)),
            (b"*1\r\n$4\r\nPING\r\n", None),
            (b"MAIL FROM:<a@b.test>\r\n", None),
            (b"ANDSOONANDSOONANDSOONANDSOONANDSOON", None),
        ];
        let to_client = [
            (&b"HTTP/1.0 200"[..], Some(WireProtocol::Http1)),
            (b"HT", Some(WireProtocol::Http1)),
            (b"\0\0\x06\x04\0\0\0\0\0\0\x03", Some(WireProtocol::Http2)),
            (b"\0\0\x06", Some(WireProtocol::Http2)),
            (b"\x16\x03\x03\0\x7a", Some(WireProtocol::Tls)),
            (b"220 mail", None),
            (b"HTTP/2 200", None),
            (b"\0\0\x05\x04\0\0\0\0\0", None),
        ];
        for (bytes, detected) in to_server {
            assert_eq!(detect(Direction::ToServer, bytes, true), detected, "{bytes:x?}");
        }
        for (bytes, detected) in to_client {
            assert_eq!(detect(Direction::ToClient, bytes, true), detected, "{bytes:x?}");
        }
        assert_eq!(detect(Direction::ToServer, b"hello world", false), None);
        let mid_stream = [
            (&b"\0\0\x08\x06\0\0\0\0\0"[..], WireProtocol::Http2),
            (b"\x17\x03\x03\x02\0", WireProtocol::Tls),
            (b"B\0\0\0\x20\0s1\0", WireProtocol::Postgres),
        ];
        for (bytes, detected) in mid_stream {
            assert_eq!(detect(Direction::ToServer, bytes, false), Some(detected), "{bytes:x?}");
        }
    }

    #[test]
    fn client_is_identified_by_its_first_bytes() {
        let (startup, request) = (b"\0\0\0\x10\0\x03\0\0user\0a\0\0", b"\0\0\0\x08\x04\xd2\x16\x2f");
        for postgres in [&startup[..], request] {
            assert_eq!(identify(Side::Client, postgres), Some(WireProtocol::Postgres), "{postgres:?}");
        }
        for preface in [
            &b"PRI * HTTP/2.0"[..],
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04",
        ] {
            assert_eq!(identify(Side::Client, preface), Some(WireProtocol::Http2), "{preface:?}");
        }
        for request in
            [&b"GET /v1/books/1 HTTP/1.1"[..], b"POST /graphql HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1"]
        {
            assert_eq!(identify(Side::Client, request), Some(WireProtocol::Http1), "{request:?}");
        }
        for other in [&b""[..], b"PRI", b"PRI * HTTP/2.0 or so", b"GETTING /", b"\x16\x03\x01"] {
            assert_eq!(identify(Side::Client, other), None, "{other:?}");
        }
    }

    #[test]
    fn server_is_identified_by_settings_or_status_line() {
        for settings in [&b"\0\0\0\x04\0\0\0\0\0"[..], b"\0\0\x12\x04\0\0\0\0\0\0\x04"] {
            assert_eq!(identify(Side::Server, settings), Some(WireProtocol::Http2), "{settings:?}");
        }
        assert_eq!(identify(Side::Server, b"HTTP/1.1 200 OK\r\n"), Some(WireProtocol::Http1));
        let (uneven, acknowledgement, stream) =
            (b"\0\0\x05\x04\0\0\0\0\0", b"\0\0\0\x04\x01\0\0\0\0", b"\0\0\0\x04\0\0\0\0\x01");
        for other in [uneven, acknowledgement, stream] {
            assert_eq!(identify(Side::Server, other), None, "{other:?}");
        }
    }
}
