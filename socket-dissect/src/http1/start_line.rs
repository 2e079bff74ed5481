//! Recognition of HTTP/1 messages by their start line.

use super::super::text::ENOUGH;

/// Length of `UPDATEREDIRECTREF`, the longest registered method.
const MAX_METHOD: usize = 17;

/// The common methods, each with the beginning of its target.
const COMMON_METHODS: [&[u8]; 8] =
    [b"GET /", b"POST /", b"PUT /", b"PATCH /", b"DELETE /", b"HEAD /", b"OPTIONS ", b"CONNECT "];

/// The beginning of a status line.
const VERSION: &[u8] = b"HTTP/1.";

/// Returns `true` if a request line may begin with the bytes: a method of capital letters, and a space.
pub(in super::super) fn may_be_request(bytes: &[u8]) -> bool {
    let method = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase() || **byte == b'-')
        .take(MAX_METHOD + 1)
        .count();
    (1..=MAX_METHOD).contains(&method) && bytes.get(method).is_none_or(|byte| *byte == b' ')
}

/// Returns `true` if a status line may begin with the bytes.
pub(in super::super) fn may_be_status(bytes: &[u8]) -> bool {
    bytes.iter().zip(VERSION).all(|(byte, expected)| byte == expected)
}

/// Returns `true` if the bytes are a request line beyond doubt.
pub(in super::super) fn is_request(bytes: &[u8]) -> bool {
    COMMON_METHODS.iter().any(|method| bytes.starts_with(method))
}

/// Returns `true` if the bytes are a status line beyond doubt.
pub(in super::super) fn is_status(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION)
}

/// Returns `true` if a request may begin with the bytes. A complete line must end with the version, because other protocols
/// have commands of capital letters, too.
pub(super) fn may_begin_request(bytes: &[u8]) -> bool {
    let has_version = match first_line(bytes) {
        (line, true) => line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"),
        _ => true,
    };
    may_be_request(bytes) && has_version
}

/// Returns the first line, up to the length that a text can show, and whether that is the complete line.
pub(super) fn first_line(bytes: &[u8]) -> (&[u8], bool) {
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let length = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    (bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes), length.is_some())
}
