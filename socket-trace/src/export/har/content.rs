//! The bodies of an entry: decompressed, and those of gRPC as JSON.

use socket_dissect::{Contracts, GrpcBody, GrpcMessages, decode_body};

use super::body::{Body, text};
use super::entry::{Content, NameValue, PostData};
use super::message::Message;

/// Maximum number of bytes of a decompressed body in the export.
const MAX_DECODED: usize = 32 << 20;

/// A body, decoded for the export.
struct Decoded {
    /// Length without compression, if it is known.
    size: Option<u64>,
    /// `true` if the body is compressed.
    is_compressed: bool,
    text: Option<String>,
    encoding: Option<&'static str>,
    mime_type: String,
    comment: String,
}

/// Returns the content of a response. `path` is that of the request.
pub(super) fn of_response(response: &Message, path: &str, contracts: &Contracts) -> Content {
    let mime_type = response.field("content-type").unwrap_or_default().to_owned();
    let grpc = GrpcBody::of_response(contracts, path, response.body.bytes());
    let decoded = decode(response, mime_type, &grpc);
    let length = response.body.length();
    let compression = decoded.size.filter(|_| decoded.is_compressed);
    Content {
        size: decoded.size.map_or(-1, signed),
        compression: compression.map(|size| signed(size) - signed(length)),
        // HAR requires a type; Chromium writes this one if there is none.
        mime_type: if decoded.mime_type.is_empty() { "x-unknown".to_owned() } else { decoded.mime_type },
        text: decoded.text.filter(|_| length > 0),
        encoding: decoded.encoding,
        comment: decoded.comment,
    }
}

/// Returns the body of a request; `None` if it has none. `path` is that of the request.
pub(super) fn of_request(request: &Message, path: &str, contracts: &Contracts) -> Option<PostData> {
    if request.body.length() == 0 {
        return None;
    }
    let mime_type = request.field("content-type").unwrap_or_default().to_owned();
    let grpc = GrpcBody::of_request(contracts, path, request.body.bytes());
    let Decoded { text, encoding, mime_type, comment, .. } = decode(request, mime_type, &grpc);
    let text = text.unwrap_or_default();
    let params = if is_form(&mime_type) && encoding.is_none() { pairs(&text) } else { Vec::new() };
    Some(PostData { mime_type, params, text, encoding, comment })
}

/// Returns the names and values in a query or a form.
pub(super) fn pairs(text: &str) -> Vec<NameValue> {
    let pairs = form_urlencoded::parse(text.as_bytes());
    pairs.map(|(name, value)| NameValue { name: name.into_owned(), value: value.into_owned() }).collect()
}

fn is_form(mime_type: &str) -> bool {
    let essence = mime_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn decode(message: &Message, mime_type: String, grpc: &GrpcBody<'_>) -> Decoded {
    let body = &message.body;
    let coding = message.field("content-encoding").unwrap_or_default();
    let grpc_coding = message.field("grpc-encoding").unwrap_or("identity");
    if let Some(messages) = grpc.decode(&mime_type, grpc_coding, MAX_DECODED).filter(|_| body.length() > 0) {
        return of_grpc(body, &messages, &mime_type);
    }
    if matches!(coding, "" | "identity") || body.length() == 0 {
        let (text, encoding) = text(body.bytes(), body.is_cut());
        let size = Some(body.length());
        let text = recorded(body, text);
        return Decoded { size, is_compressed: false, text, encoding, mime_type, comment: body.comment() };
    }
    let Some((bytes, is_complete)) = decode_body(coding, body.bytes(), MAX_DECODED) else {
        let (text, encoding) = text(body.bytes(), body.is_cut());
        let comment = joined([format!("compressed with {coding}"), body.comment()]);
        let text = recorded(body, text);
        return Decoded { size: None, is_compressed: true, text, encoding, mime_type, comment };
    };
    let is_complete = is_complete && !body.is_cut();
    let (text, encoding) = text(&bytes, !is_complete);
    let incomplete = if is_complete { String::new() } else { "the text is incomplete".to_owned() };
    Decoded {
        size: is_complete.then_some(bytes.len() as u64),
        is_compressed: true,
        text: recorded(body, text),
        encoding,
        mime_type,
        comment: joined([body.comment(), incomplete]),
    }
}

fn of_grpc(body: &Body, messages: &GrpcMessages, mime_type: &str) -> Decoded {
    let missing = match () {
        () if messages.is_complete && !body.is_cut() => String::new(),
        () if messages.is_complete || body.is_cut() => "messages are missing".to_owned(),
        () => "some messages cannot be decoded, and are in base64 or missing".to_owned(),
    };
    Decoded {
        // The messages and their length prefixes.
        size: Some(body.length()),
        is_compressed: false,
        text: Some(messages.json()).filter(|_| !body.bytes().is_empty()),
        encoding: None,
        mime_type: "application/json".to_owned(),
        comment: joined([format!("decoded from {mime_type}"), body.comment(), missing]),
    }
}

/// Returns the text, unless no byte of the body was recorded.
fn recorded(body: &Body, text: String) -> Option<String> {
    (body.length() == 0 || !body.bytes().is_empty()).then_some(text)
}

/// Joins comments that are not empty.
pub(super) fn joined<const N: usize>(comments: [String; N]) -> String {
    comments.into_iter().filter(|comment| !comment.is_empty()).collect::<Vec<_>>().join("; ")
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
