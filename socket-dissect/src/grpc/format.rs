//! The messages of one direction of a gRPC call as text.

use super::super::contracts::MessageType;
use super::super::decompress::decompress;
use super::super::media::{Codec, Encoding};
use super::super::protobuf;
use super::super::text::Limit;
use super::{Status, unescaped};

/// Maximum number of bytes decoded of one message, unless complete texts are wanted. Of an incomplete message, no more are
/// decoded in any case: its text is repeated with each of its pieces.
pub(crate) const MAX_CUT: usize = 4 * 1024;

/// Flag of a compressed message.
const COMPRESSED: u8 = 0x1;
/// Flag of a frame with trailers, in gRPC-Web.
const TRAILERS: u8 = 0x80;

/// Format of the messages of one direction of a gRPC call.
#[derive(Debug)]
pub(crate) struct Format {
    codec: Codec,
    /// The type of the messages. Without it, fields are shown by number.
    message_type: Option<MessageType>,
    encoding: Encoding,
    limit: Limit,
}

impl Format {
    pub(crate) fn new(
        codec: Codec,
        message_type: Option<MessageType>,
        encoding: Encoding,
        limit: Limit,
    ) -> Self {
        Self { codec, message_type, encoding, limit }
    }

    /// Returns the number of bytes of a message that are decoded.
    pub(crate) fn max_bytes(&self) -> usize {
        if self.limit.is_full() { self.limit.bytes() } else { MAX_CUT }
    }

    /// Describes a message with the flags of its length prefix. `cut` is `true` if the end is missing.
    pub(super) fn text(&self, flags: u8, bytes: &[u8], cut: bool) -> String {
        let max = if cut { MAX_CUT } else { self.max_bytes() };
        let bytes = bytes.get(..max).unwrap_or(bytes);
        if flags & COMPRESSED == 0 {
            return self.decompressed(flags, bytes, cut);
        }
        match decompress(self.encoding, bytes, max) {
            Some((bytes, more)) => {
                format!("{}: {}", self.encoding.name(), self.decompressed(flags, &bytes, cut || more))
            }
            None => "compressed".to_owned(),
        }
    }

    fn decompressed(&self, flags: u8, bytes: &[u8], cut: bool) -> String {
        let limit = self.limit.when(!cut);
        match self.codec {
            _ if is_trailers(flags) => trailers_text(bytes, self.limit),
            Codec::Protobuf => protobuf::text(bytes, self.message_type.as_ref(), cut, limit),
            Codec::Other => limit.text_of(bytes, cut),
        }
    }
}

/// Returns `true` for the flags of a frame with trailers, in gRPC-Web.
pub(super) fn is_trailers(flags: u8) -> bool {
    flags & TRAILERS > 0
}

/// Returns the names and values of trailers in a body: `grpc-status: 0` and so on, one per line.
pub(super) fn trailers(bytes: &[u8]) -> impl Iterator<Item = (String, String)> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    })
}

/// Returns the status that trailers in a body contain.
pub(super) fn status(bytes: &[u8]) -> Option<Status> {
    trailers(bytes).find(|(name, _)| name == "grpc-status").map(|(_, value)| Status::of(&value))
}

fn trailers_text(bytes: &[u8], limit: Limit) -> String {
    let message =
        trailers(bytes).find(|(name, _)| name == "grpc-message").map(|(_, value)| unescaped(&value));
    match (status(bytes), message.as_deref().unwrap_or_default()) {
        (None, _) => limit.text_of(bytes, false),
        (Some(status), "") => format!("grpc-status {status}"),
        (Some(status), message) => limit.text(&format!("grpc-status {status}: {message}")),
    }
}
