//! Recognition of HTTP/1 messages by their start line.

use super::super::text::ENOUGH;

/// Length of `UPDATEREDIRECTREF`, the longest registered method.
const MAX_METHOD: usize = 17;

/// Common methods, with the characters that follow them in a request line. These are a space and usually the
/// slash of the target, but `OPTIONS` and `CONNECT` often have a target without a slash.
const COMMON_METHODS: [&[u8]; 8] =
    [b"GET /", b"POST /", b"PUT /", b"PATCH /", b"DELETE /", b"HEAD /", b"OPTIONS ", b"CONNECT "];

/// The first bytes of every status line.
const VERSION: &[u8] = b"HTTP/1.";

/// Returns `true` if the bytes can be the beginning of a request line: a method of capital letters, and a
/// space.
pub(in super::super) fn may_be_request(bytes: &[u8]) -> bool {
    let method = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase() || **byte == b'-')
        .take(MAX_METHOD + 1)
        .count();
    (1..=MAX_METHOD).contains(&method) && bytes.get(method).is_none_or(|byte| *byte == b' ')
}

/// Returns `true` if the bytes can be the beginning of a status line.
pub(in super::super) fn may_be_status(bytes: &[u8]) -> bool {
    bytes.iter().zip(VERSION).all(|(byte, expected)| byte == expected)
}

/// Returns `true` if the bytes begin with a request line beyond doubt.
pub(in super::super) fn is_request(bytes: &[u8]) -> bool {
    COMMON_METHODS.iter().any(|method| bytes.starts_with(method))
}

/// Returns `true` if the bytes begin with a status line beyond doubt.
pub(in super::super) fn is_status(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION)
}

/// Returns `true` if the bytes can be the beginning of a request. If they contain the complete first line, it
/// must end with the HTTP version, because other protocols also have commands in capital letters.
pub(super) fn may_begin_request(bytes: &[u8]) -> bool {
    let has_version = match first_line(bytes) {
        (line, true) => line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"),
        _ => true,
    };
    may_be_request(bytes) && has_version
}

/// Returns the first line, truncated to [`ENOUGH`] bytes. The flag is `true` if the line is complete.
pub(super) fn first_line(bytes: &[u8]) -> (&[u8], bool) {
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let length = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    (bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes), length.is_some())
}
