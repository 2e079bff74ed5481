//! The decoded fields of an HTTP/2 header block.

use super::super::graphql;
use super::super::grpc::{self, Status};
use super::super::media::{Encoding, Media};
use super::super::text::short;
use super::super::websocket::Deflate;

/// The decoded fields of a header block that affect how its message is dissected.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    pub(super) status: Option<u16>,
    /// `true` if a CONNECT asks for a WebSocket (RFC 8441).
    pub(super) asks_for_websocket: bool,
    /// The GraphQL subprotocol in `sec-websocket-protocol`, if any.
    pub(super) subprotocol: Option<graphql::Subprotocol>,
    /// The compression of WebSocket messages in `sec-websocket-extensions`, if any.
    pub(super) deflate: Option<Deflate>,
    pub(super) media: Media,
    pub(super) encoding: Encoding,
    /// Compression of gRPC messages, from `grpc-encoding`.
    pub(super) grpc_encoding: Encoding,
    pub(super) grpc_status: Option<Status>,
    pub(super) grpc_message: Option<String>,
    pub(super) user_agent: Option<String>,
    /// Names and values of all fields; `None` unless the output lists them.
    pub(super) list: Option<Vec<(String, String)>>,
    /// The first rule that a field breaks, with its section.
    pub(super) violation: Option<&'static str>,
    has_regular: bool,
}

const CAPITALS: &str = "a field name with a capital letter (RFC 9113, section 8.2.1)";
const PSEUDO_LATE: &str = "a pseudo-header field after a regular one (RFC 9113, section 8.3)";
const PSEUDO_UNKNOWN: &str = "an undefined pseudo-header field (RFC 9113, section 8.3)";
const PSEUDO_TWICE: &str = "a pseudo-header field twice (RFC 9113, section 8.3)";
const CONNECTION: &str = "a field of the connection (RFC 9113, section 8.2.2)";
const TE: &str = "te other than trailers (RFC 9113, section 8.2.2)";

impl Fields {
    /// Returns fields without content. `lists` is `true` to keep the names and values of all fields.
    pub(super) fn new(lists: bool) -> Self {
        Self { list: lists.then(Vec::new), ..Self::default() }
    }

    /// Adds a decoded field of the header block.
    pub(super) fn add(&mut self, name: &[u8], value: &[u8]) {
        if let Some(violation) = self.violation(name, value) {
            self.violation.get_or_insert(violation);
        }
        self.has_regular |= !name.starts_with(b":");
        let text = || String::from_utf8_lossy(value);
        if let Some(list) = &mut self.list {
            list.push((String::from_utf8_lossy(name).into_owned(), text().into_owned()));
        }
        match name {
            b":method" => self.method = Some(text().into_owned()),
            b":path" => self.path = Some(text().into_owned()),
            b":status" => self.status = text().parse().ok(),
            b":protocol" => self.asks_for_websocket = value == b"websocket",
            b"sec-websocket-protocol" => self.subprotocol = graphql::Subprotocol::of(&text()),
            b"sec-websocket-extensions" => self.deflate = self.deflate.or(Deflate::of(&text())),
            b"content-type" => self.media = Media::of(&text()),
            b"content-encoding" => self.encoding = Encoding::of(&text()),
            b"grpc-encoding" => self.grpc_encoding = Encoding::of(&text()),
            b"grpc-status" => self.grpc_status = Some(Status::of(&text())),
            b"user-agent" => self.user_agent = Some(short(&text())),
            b"grpc-message" => self.grpc_message = Some(text().into_owned()),
            _ => {}
        }
    }

    /// Returns the rule that a field breaks. The fields before it have been added.
    fn violation(&self, name: &[u8], value: &[u8]) -> Option<&'static str> {
        let is_repeated = match name {
            b":method" => self.method.is_some(),
            b":path" => self.path.is_some(),
            b":status" => self.status.is_some(),
            b":scheme" | b":authority" | b":protocol" => false,
            [b':', ..] => return Some(PSEUDO_UNKNOWN),
            b"connection" | b"proxy-connection" | b"keep-alive" | b"transfer-encoding" | b"upgrade" => {
                return Some(CONNECTION);
            }
            b"te" if value != b"trailers" => return Some(TE),
            name => return name.iter().any(u8::is_ascii_uppercase).then_some(CAPITALS),
        };
        match () {
            () if self.has_regular => Some(PSEUDO_LATE),
            () if is_repeated => Some(PSEUDO_TWICE),
            () => None,
        }
    }

    /// Describes the header block: `POST /shelf`, `200`, `grpc-status OK`.
    pub(super) fn text(&self) -> String {
        let mut texts = Vec::new();
        if let (Some(method), path) = (&self.method, self.path.as_deref().unwrap_or_default()) {
            texts.push(format!("{method} {path}").trim_end().to_owned());
        }
        texts.extend(self.status.map(|status| status.to_string()));
        match (self.grpc_status, self.grpc_message.as_deref().unwrap_or_default()) {
            (None, _) => {}
            (Some(status), "") => texts.push(format!("grpc-status {status}")),
            (Some(status), message) => {
                texts.push(format!("grpc-status {status}: {}", grpc::unescaped(message)));
            }
        }
        short(&texts.join(", "))
    }
}
