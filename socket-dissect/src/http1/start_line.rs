//! Recognition of HTTP/1 messages by their start line.

use memchr::memchr2;

use super::super::text::ENOUGH;

/// Maximum length of a method. A method is any token; the longest registered one, `UPDATEREDIRECTREF`, has 17 characters.
const MAX_METHOD: usize = 32;

/// Common methods, with the characters that follow them in a request line. These are a space and usually the
/// slash of the target, but `OPTIONS` and `CONNECT` often have a target without a slash.
const COMMON_METHODS: [&[u8]; 8] =
    [b"GET /", b"POST /", b"PUT /", b"PATCH /", b"DELETE /", b"HEAD /", b"OPTIONS ", b"CONNECT "];

/// The first bytes of every status line.
const VERSION: &[u8] = b"HTTP/1.";

/// Returns `true` if the bytes can be the first ones of a client: a request line, which empty lines may precede (RFC
/// 9112, section 2.2).
pub(in super::super) fn may_be_request(bytes: &[u8]) -> bool {
    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let rest = bytes.get(empty..).unwrap_or_default();
    is_likely_request(rest) || (empty > 0 && rest.is_empty())
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

/// Returns `true` if the bytes can be the beginning of a request: a token, and a space. If they contain the complete first
/// line, it must end with the HTTP version, because commands of other protocols begin like this, too.
pub(super) fn may_begin_request(bytes: &[u8]) -> bool {
    let method = method(bytes).len();
    (1..=MAX_METHOD).contains(&method)
        && bytes.get(method).is_none_or(|byte| *byte == b' ')
        && match first_line(bytes) {
            (line, true) => ends_with_version(line),
            _ => true,
        }
}

/// Returns `true` if the bytes probably are the beginning of a request: unknown text may begin with a word and a space, too.
/// So the first line must be complete, or the method must be written in capital letters, or a target must follow.
pub(in super::super) fn is_likely_request(bytes: &[u8]) -> bool {
    let (_, is_complete) = first_line(bytes);
    let method = method(bytes);
    let has_capitals = method.iter().all(|byte| !byte.is_ascii_lowercase());
    let target = bytes.get(method.len() + 1..).unwrap_or_default();
    let has_target = [&b"/"[..], b"*", b"http://", b"https://"].iter().any(|it| target.starts_with(it));
    may_begin_request(bytes) && (is_complete || has_capitals || has_target)
}

/// Returns the method at the beginning of the bytes: a token (RFC 9110, sections 9.1 and 5.6.2).
fn method(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().take(MAX_METHOD + 1).take_while(|byte| is_token(**byte)).count();
    bytes.get(..length).unwrap_or_default()
}

/// Returns `true` for a character of a token: RFC 9110, section 5.6.2.
pub(super) fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Which bytes are characters of a token. Each byte of each field name is looked up.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        byte += 1;
    }
    table
};

/// Returns `true` for `HTTP/1.0`, `HTTP/1.1` and later minor versions.
pub(super) fn is_version(word: &str) -> bool {
    matches!(word.strip_prefix("HTTP/1.").map(str::as_bytes), Some([b'0'..=b'9']))
}

fn ends_with_version(line: &[u8]) -> bool {
    line.split_last().is_some_and(|(minor, rest)| minor.is_ascii_digit() && rest.ends_with(b" HTTP/1."))
}

/// Returns the first line, truncated to [`ENOUGH`] bytes. The flag is `true` if the line is complete.
pub(super) fn first_line(bytes: &[u8]) -> (&[u8], bool) {
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let length = memchr2(b'\r', b'\n', bytes);
    (bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes), length.is_some())
}
