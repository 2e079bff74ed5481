//! A call that has begun, and what its parts show.

use socket_dissect::{Class, Layer, Part};
use socket_tap::format::Side;

use super::message_signs::field;

#[derive(Clone, Debug, Default)]
pub(super) struct OpenCall {
    /// Number of the event with the first byte.
    pub(super) event: u64,
    pub(super) side: Option<Side>,
    pub(super) stream: Option<u32>,
    pub(super) answered: bool,
    /// The request of HTTP/1.1 is complete.
    pub(super) requested: bool,
    /// The response of HTTP/1.1 is complete. The request may not be.
    pub(super) responded: bool,
    /// The response ends with the connection (RFC 9112, section 6.3).
    pub(super) until_close: bool,
    /// The connection, or the HTTP/2 stream, has switched to another protocol.
    pub(super) upgraded: bool,
    /// The head of an HTTP/1.1 request is incomplete.
    pub(super) lacks_head: bool,
    /// The call is an HTTP request, or a GraphQL operation on a WebSocket.
    pub(super) is_http: bool,
    /// A GraphQL operation in the body of the request is not a guess: its path ends in `/graphql`, or its method is safe.
    has_graphql_endpoint: bool,
    /// The call is a GraphQL operation on a WebSocket.
    is_operation: bool,
    /// The request is a CONNECT over HTTP/2.
    is_connect: bool,
}

/// The key of a call, which both ends of the connection share. Several GraphQL operations may share an HTTP/2 stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The stream, or without HTTP/2 the number of the call.
    Call(u64),
    /// The number of a GraphQL operation on a WebSocket over HTTP/2.
    Operation(u64),
}

impl OpenCall {
    /// Returns a call that begins with `part`.
    pub(super) fn new(event: u64, side: Side, part: &Part) -> Self {
        let is_operation = part.layer == Layer::Websocket;
        Self { event, side: Some(side), is_operation, ..Self::default() }
    }

    /// Returns the key of the call with this number.
    pub(super) fn key(&self, number: u64) -> Key {
        match self.stream {
            Some(_) if self.is_operation => Key::Operation(number),
            Some(stream) => Key::Call(u64::from(stream)),
            None => Key::Call(number),
        }
    }

    /// Returns `true` if the stream of the call, and not its number, identifies it at both ends.
    pub(super) fn has_own_stream(&self) -> bool {
        self.stream.is_some() && !self.is_operation
    }

    /// Returns `true` if text that looks like a GraphQL operation is one. JSON with a member `query` alone may be the request
    /// of another API.
    pub(super) fn confirms_graphql(&self) -> bool {
        self.is_operation || self.has_graphql_endpoint
    }

    /// Processes a part of the call.
    pub(super) fn observe(&mut self, part: &Part, sender: Side) {
        self.stream = self.stream.or(part.stream);
        self.is_http |= !matches!(part.layer, Layer::Postgres | Layer::Tls | Layer::Unknown);
        let is_response = sender == Side::Server;
        self.answered |= is_response && matches!(part.class, Class::Headers | Class::Payload);
        match (part.layer, part.name) {
            (Layer::Http1, "body") if is_response => self.responded |= part.ends,
            (Layer::Http1, "body") => self.requested |= part.ends,
            (Layer::Http1, "request head") => {
                self.lacks_head = !part.ends;
                let has_body = ["content-length", "transfer-encoding"]
                    .iter()
                    .any(|name| field(part, name).is_some_and(|value| value != "0"));
                self.requested = part.ends && !has_body;
                self.request(&part.text);
            }
            (Layer::Http1, "response head") if part.ends => self.response_head(part),
            (Layer::Http2, _) if part.class == Class::Headers && is_response => {
                self.upgraded |= self.is_connect && part.text.starts_with('2');
            }
            (Layer::Http2, _) if part.class == Class::Headers => {
                self.is_connect |= part.text.split(' ').next() == Some("CONNECT");
                self.request(&part.text);
            }
            _ => {}
        }
    }

    /// Processes the method and target of a request, such as `POST /graphql?a=b`.
    fn request(&mut self, text: &str) {
        let is_safe = ["GET ", "HEAD "].iter().any(|method| text.starts_with(method));
        let path = || text.split_once(' ')?.1.split(['?', ' ']).next();
        self.has_graphql_endpoint |= is_safe || path().is_some_and(|path| path.ends_with("/graphql"));
    }

    fn response_head(&mut self, part: &Part) {
        self.upgraded = part.text.starts_with("101");
        self.responded = field(part, "content-length") == Some("0");
        self.until_close = field(part, "content-length").is_none()
            && field(part, "transfer-encoding").is_none()
            && !part.text.starts_with('1');
    }
}

/// Returns `true` if the call of a WebSocket message could not be determined, because bytes were not recorded or not
/// decompressed. Late messages of an operation that has ended have no call either.
pub(super) fn is_unassigned(part: &Part) -> bool {
    const KNOWN: [&str; 6] = ["next", "data", "error", "complete", "stop", "connection_error"];
    part.layer == Layer::Websocket
        && part.name == "message"
        && part.class == Class::Payload
        && part.call.is_none()
        && !KNOWN.contains(&part.text.split([' ', ':']).next().unwrap_or_default())
}
