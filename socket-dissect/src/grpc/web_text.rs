//! The base64 bodies of gRPC-Web, `application/grpc-web-text`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Status;
use super::format::{self, Format};

/// Describes the messages and the trailers in a body, and returns the status that the trailers contain.
pub(crate) fn describe(body: &[u8], format: &Format, cut: bool) -> (String, Option<Status>) {
    let bytes = decode(body);
    let (mut rest, mut texts, mut status) = (&bytes[..], Vec::new(), None);
    while let [flags, a, b, c, d, after @ ..] = rest {
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        let (message, after) = after.split_at(length.min(after.len()));
        if format::is_trailers(*flags) {
            status = format::status(message);
        }
        texts.push(format.text(*flags, message, message.len() < length));
        rest = after;
    }
    if cut {
        texts.push("…".to_owned());
    }
    (texts.join(", "), status)
}

/// Decodes base64 up to the first invalid character. The sender pads each piece, so padding may stand anywhere.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for quantum in text.chunks_exact(4) {
        let Ok(decoded) = STANDARD.decode(quantum) else { break };
        bytes.extend(decoded);
    }
    bytes
}
