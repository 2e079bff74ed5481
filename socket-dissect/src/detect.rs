//! Which protocol a connection speaks, by its first bytes.

use super::way::Way;
use super::{http2, tls};

/// What the first bytes of a connection are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Detected {
    Http1,
    Http2,
    Tls,
}

/// What the first bytes in a direction are, of a connection from its beginning or from somewhere in between; `None` for
/// none of these.
pub(super) fn detect(way: Way, bytes: &[u8], from_beginning: bool) -> Option<Detected> {
    let is_http2 = match way {
        Way::ToServer if from_beginning => http2::is_preface(bytes),
        Way::ToServer => http2::is_preface(bytes) || http2::is_frame(bytes),
        Way::ToClient => http2::is_frame(bytes),
    };
    let is_http1 = match way {
        Way::ToServer => is_request_line(bytes),
        Way::ToClient => is_status_line(bytes),
    };
    match () {
        () if is_http2 => Some(Detected::Http2),
        () if is_http1 => Some(Detected::Http1),
        () if tls::is_tls(way, bytes, from_beginning) => Some(Detected::Tls),
        () => None,
    }
}

/// Whether a request line of HTTP/1 begins so: a method of capital letters, and a space.
pub(super) fn is_request_line(bytes: &[u8]) -> bool {
    /// `UPDATEREDIRECTREF` is the longest that is registered.
    const LONGEST: usize = 17;
    let letters =
        bytes.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'-').take(LONGEST + 1);
    match letters.count() {
        0 => false,
        letters => letters <= LONGEST && bytes.get(letters).is_none_or(|byte| *byte == b' '),
    }
}

/// Whether a status line of HTTP/1 begins so.
pub(super) fn is_status_line(bytes: &[u8]) -> bool {
    begin_alike(bytes, b"HTTP/1.")
}

/// Whether the bytes are the beginning, or begin with it.
pub(super) fn begin_alike(bytes: &[u8], beginning: &[u8]) -> bool {
    bytes.iter().zip(beginning).all(|(byte, expected)| byte == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_told_by_their_first_bytes() {
        let to_server = [
            (&b"GET / HTTP/1.1"[..], Some(Detected::Http1)),
            (b"M-SEARCH *", Some(Detected::Http1)),
            (b"PR", Some(Detected::Http1)),
            (b"PRI ", Some(Detected::Http2)),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Some(Detected::Http2)),
            (b"\0\0\x08\x06\0\0\0\0\0", None),
            (b"\x16\x03\x01\x02\0", Some(Detected::Tls)),
            (b"\x16\x03\x01\x02\0\x01", Some(Detected::Tls)),
            (b"\x16\x03\x01\x02\0\x02", None),
            (b"\x17\x03\x03\x02\0", None),
            (b"\x16\x03\x01\xff\0", None),
            (b"EHLO\r\n", None),
            (b"get / http/1.1", None),
            (b"ANDSOONANDSOONANDSOON", None),
        ];
        let to_client = [
            (&b"HTTP/1.0 200"[..], Some(Detected::Http1)),
            (b"HT", Some(Detected::Http1)),
            (b"\0\0\x06\x04\0\0\0\0\0\0\x03", Some(Detected::Http2)),
            (b"\0\0\x06", Some(Detected::Http2)),
            (b"\x16\x03\x03\0\x7a", Some(Detected::Tls)),
            (b"220 mail", None),
            (b"HTTP/2 200", None),
            (b"\0\0\x05\x04\0\0\0\0\0", None),
        ];
        for (bytes, detected) in to_server {
            assert_eq!(detect(Way::ToServer, bytes, true), detected, "{bytes:x?}");
        }
        assert_eq!(detect(Way::ToServer, b"\0\0\x08\x06\0\0\0\0\0", false), Some(Detected::Http2));
        assert_eq!(detect(Way::ToServer, b"\x17\x03\x03\x02\0", false), Some(Detected::Tls));
        for (bytes, detected) in to_client {
            assert_eq!(detect(Way::ToClient, bytes, true), detected, "{bytes:x?}");
        }
    }
}
