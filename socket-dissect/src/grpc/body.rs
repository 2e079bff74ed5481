//! The messages in the complete body of a gRPC request or response, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::contracts::{Contracts, MessageType};
use super::super::decompress::decompress;
use super::super::media::{Codec, Encoding, Media};
use super::super::protobuf;
use super::web_text::decode;
use super::{Method, format};

/// Flag of a compressed message.
const COMPRESSED: u8 = 0x1;

/// The messages in the body of a gRPC or gRPC-Web request or response.
///
/// ```
/// use socket_dissect::{Contracts, GrpcBody};
///
/// let body = [0, 0, 0, 0, 2, 8, 1]; // one message: field 1 is 1
/// let body = GrpcBody::of_request(&Contracts::default(), "/shop.v1.Shop/GetOrder", &body);
/// let messages = body.decode("application/grpc", "identity", 1024).unwrap();
/// assert_eq!(messages.json(), r#"{"1":1}"#);
/// ```
#[derive(Debug)]
pub struct GrpcBody<'a> {
    message_type: Option<MessageType>,
    body: &'a [u8],
}

/// The messages of a gRPC body, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrpcMessages {
    /// Each message as JSON. A message that cannot be decoded is a string with its bytes in base64.
    pub messages: Vec<String>,
    /// Names and values of the trailers in the body of a gRPC-Web response.
    pub trailers: Vec<(String, String)>,
    /// `true` if all messages of the body were decoded.
    pub is_complete: bool,
}

impl GrpcMessages {
    /// Returns the messages as one JSON text: the message itself if there is one, else an array.
    #[must_use]
    pub fn json(&self) -> String {
        match &self.messages[..] {
            [message] => message.clone(),
            messages => format!("[{}]", messages.join(",")),
        }
    }
}

impl<'a> GrpcBody<'a> {
    /// Returns the body of a request to the method with this path, such as `/shop.v1.Shop/GetOrder`.
    #[must_use]
    pub fn of_request(contracts: &Contracts, path: &str, body: &'a [u8]) -> Self {
        Self { message_type: Method::of(path, contracts).request(), body }
    }

    /// Returns the body of a response of the method with this path.
    #[must_use]
    pub fn of_response(contracts: &Contracts, path: &str, body: &'a [u8]) -> Self {
        Self { message_type: Method::of(path, contracts).response(), body }
    }

    /// Decodes the messages. `content_type` and `grpc_encoding` are the values of these header fields. At most `max`
    /// bytes are decompressed or returned as JSON, of all messages together: those after are omitted. `None` if the content type is not that of gRPC.
    #[must_use]
    pub fn decode(&self, content_type: &str, grpc_encoding: &str, max: usize) -> Option<GrpcMessages> {
        let media = Media::of(content_type);
        let codec = media.grpc()?;
        let decoded;
        let mut rest = match media {
            Media::GrpcWebText(_) => {
                decoded = decode(self.body);
                &decoded[..]
            }
            _ => self.body,
        };
        let encoding = Encoding::of(grpc_encoding);
        let mut messages = GrpcMessages { is_complete: true, ..GrpcMessages::default() };
        let mut left = max;
        while let [flags, a, b, c, d, after @ ..] = rest {
            let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
            let Some((message, after)) = after.split_at_checked(length) else { break };
            rest = after;
            if format::is_trailers(*flags) {
                messages.trailers.extend(format::trailers(message));
                continue;
            }
            let json = self.message(codec, encoding, *flags, message, &mut left);
            messages.is_complete &= json.is_some();
            let json = json.unwrap_or_else(|| string(&STANDARD.encode(message)));
            let Some(after) = left.checked_sub(json.len()) else {
                messages.is_complete = false;
                break;
            };
            left = after;
            messages.messages.push(json);
        }
        messages.is_complete &= rest.is_empty();
        Some(messages)
    }

    fn message(
        &self,
        codec: Codec,
        encoding: Encoding,
        flags: u8,
        bytes: &[u8],
        left: &mut usize,
    ) -> Option<String> {
        let decompressed;
        let bytes = match flags & COMPRESSED {
            0 => bytes,
            _ => {
                let (content, more) = decompress(encoding, bytes, *left)?;
                *left -= content.len();
                if more {
                    return None;
                }
                decompressed = content;
                &decompressed[..]
            }
        };
        match codec {
            Codec::Protobuf => protobuf::json(bytes, self.message_type.as_ref(), *left),
            Codec::Other => {
                let text = std::str::from_utf8(bytes).ok()?;
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
                Some(if is_json { text.trim().to_owned() } else { string(text) })
            }
        }
    }
}

fn string(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &[u8], content_type: &str) -> GrpcMessages {
        let mut contracts = Contracts::default();
        contracts.add_descriptors(bookshelf_proto::DESCRIPTORS).unwrap();
        let path = "/bookshelf.v1.BookshelfService/GetBook";
        GrpcBody::of_request(&contracts, path, body).decode(content_type, "gzip", 1024).unwrap()
    }

    #[test]
    fn messages_of_a_body_are_json() {
        let one = [0, 0, 0, 0, 2, 8, 1];
        assert_eq!(decoded(&one, "application/grpc").json(), r#"{"id":1}"#);
        let two = decoded(&[one, one].concat(), "application/grpc+proto");
        assert_eq!((two.json().as_str(), two.is_complete), (r#"[{"id":1},{"id":1}]"#, true));
        assert_eq!(decoded(b"", "application/grpc").json(), "[]");
    }

    #[test]
    fn json_messages_are_kept() {
        let body = [&[0, 0, 0, 0, 8][..], br#"{"id": 1"#, &[0, 0, 0, 0, 2], b"{}"].concat();
        assert_eq!(decoded(&body, "application/grpc+json").messages, [r#""{\"id\": 1""#, "{}"]);
    }

    #[test]
    fn undecodable_and_cut_messages_make_the_body_incomplete() {
        let compressed = decoded(&[1, 0, 0, 0, 1, 7], "application/grpc");
        assert_eq!(
            (&compressed.messages[..], compressed.is_complete),
            (&[r#""Bw==""#.to_owned()][..], false)
        );
        let cut = decoded(&[0, 0, 0, 0, 2, 8], "application/grpc");
        assert!(cut.messages.is_empty() && !cut.is_complete);
    }

    #[test]
    fn messages_of_a_body_share_the_limit() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, &[[0x3a, 254, 1].as_slice(), &[b'a'; 254]].concat()).unwrap();
        let packed = encoder.finish().unwrap();
        let message = [&[1, 0, 0, 0, u8::try_from(packed.len()).unwrap()], &packed[..]].concat();
        let bodies = |count| decoded(&message.repeat(count), "application/grpc");
        // The limit is 1024 bytes: 257 of a message, and about as many of its JSON.
        let (one, many) = (bodies(1), bodies(100));
        assert!(one.is_complete && !many.is_complete);
        assert_eq!(many.messages[0], one.messages[0]);
        assert!(many.messages.iter().map(String::len).sum::<usize>() < 1024, "{}", many.messages.len());
    }

    /// Each value is a text of its own until the message is complete.
    #[test]
    fn memory_for_a_message_of_many_fields_is_bounded() {
        let body = |fields: u8| [&[0, 0, 0, 0, 2 * fields][..], &[8, 1].repeat(fields.into())].concat();
        for kind in ["application/grpc", "application/grpc+proto"] {
            assert!(decoded(&body(10), kind).is_complete);
            let many = decoded(&body(100), kind);
            assert_eq!((many.is_complete, many.messages.len()), (false, 1));
        }
    }

    #[test]
    fn trailers_in_a_web_body_are_apart() {
        let body = [&[0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, 15][..], b"grpc-status: 5\n"].concat();
        let messages = decoded(&body, "application/grpc-web");
        assert_eq!(messages.trailers, [("grpc-status".to_owned(), "5".to_owned())]);
        assert_eq!(messages, decoded(STANDARD.encode(&body).as_bytes(), "application/grpc-web-text"));
    }
}
