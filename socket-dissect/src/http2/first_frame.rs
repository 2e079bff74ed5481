//! Recognition of HTTP/2 by its preface or first frame.

use super::frame::FrameHead;

/// The client connection preface (RFC 9113, section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Number of preface bytes that are enough to identify HTTP/2: no other protocol begins with them.
const UNIQUE: usize = b"PRI * HTTP/2.0".len();

/// Returns `true` if the bytes can be the beginning of the preface. At least four bytes are necessary,
/// because an HTTP/1.1 method may begin with `PRI`.
pub(in super::super) fn may_be_preface(bytes: &[u8]) -> bool {
    bytes.len() > 3 && agrees_with_preface(bytes)
}

/// Returns `true` if the bytes begin with the preface beyond doubt.
pub(in super::super) fn is_preface(bytes: &[u8]) -> bool {
    bytes.len() >= UNIQUE && agrees_with_preface(bytes)
}

fn agrees_with_preface(bytes: &[u8]) -> bool {
    bytes.iter().zip(PREFACE).all(|(byte, expected)| byte == expected)
}

/// Returns `true` if the bytes are probably the beginning of a frame, of any type.
pub(in super::super) fn may_be_frame(bytes: &[u8]) -> bool {
    match bytes.first_chunk() {
        Some(head) => FrameHead::parse(*head).is_likely(),
        // Longer frames are rare, and no text begins with a zero byte.
        None => bytes.first() == Some(&0),
    }
}

/// Returns `true` if the bytes begin with a complete header of a server's first SETTINGS frame.
pub(in super::super) fn is_settings(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|head| FrameHead::parse(*head).is_initial_settings())
}
