//! An HTTP/2 stream: a request and its response.

use super::super::content::Content;
use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::graphql;
use super::super::grpc;
use super::super::outcome::Outcome;
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::super::text::short;
use super::super::websocket::WebSocket;
use super::fields::Fields;

const BODY: Label = Label::new(Class::Payload, Layer::Http2, "body");

/// An HTTP/2 stream of which at least one direction is open.
#[derive(Debug)]
pub(super) struct Stream {
    call: Option<u64>,
    ended: PerDirection<bool>,
    /// Readers for the bodies of the request and the response. Each is `None` until the headers before that
    /// body are complete.
    content: PerDirection<Option<Content>>,
    /// The gRPC method; `None` for other requests.
    method: Option<grpc::Method>,
    /// `true` if the request asks for a WebSocket (RFC 8441).
    asks_for_websocket: bool,
    /// Reads the DATA of both directions once the server has accepted a WebSocket.
    websocket: Option<Box<WebSocket>>,
    /// The status of the call so far, from the headers or trailers of the response.
    status: Option<String>,
}

impl Stream {
    pub(super) fn new(call: Option<u64>) -> Self {
        let content = PerDirection::default();
        Self {
            call,
            ended: PerDirection::default(),
            content,
            method: None,
            asks_for_websocket: false,
            websocket: None,
            status: None,
        }
    }

    pub(super) fn call(&self) -> Option<u64> {
        self.call
    }

    /// Ends one direction. Returns `true` if the opposite direction has ended, too.
    pub(super) fn end(&mut self, direction: Direction) -> bool {
        *self.ended.get_mut(direction) = true;
        *self.ended.get(direction.opposite())
    }

    /// Returns `true` if one direction has ended.
    pub(super) fn has_ended(&self, direction: Direction) -> bool {
        *self.ended.get(direction)
    }

    /// Reads body bytes of a DATA frame. `ends` is `true` if they are the last bytes of the frame.
    pub(super) fn data(&mut self, id: u32, piece: TransferData<'_>, ends: bool, context: &mut Context<'_>) {
        let label = BODY.of(self.call).on(Some(id));
        if let Some(websocket) = &mut self.websocket {
            return read_websocket(websocket, label, piece, context);
        }
        // Headers that could not be decoded leave the type of the content unknown.
        let content =
            self.content.get_mut(context.direction).get_or_insert_with(|| Content::unknown(context.limit));
        content.read(label, piece, ends, context);
    }

    /// Sets the call's status to the error of an RST_STREAM frame.
    pub(super) fn reset(&self, error: &str, context: &mut Context<'_>) {
        let status = match &self.status {
            Some(status) => format!("{status}, reset: {error}"),
            None => format!("reset: {error}"),
        };
        context.calls.set_status(self.call, status);
    }

    /// Updates the API call with the headers or trailers of a message, and describes them as text.
    pub(super) fn fields(&mut self, fields: Fields, context: &mut Context<'_>) -> String {
        let text = fields.text();
        let begins = self.content.get(context.direction).is_none();
        match context.direction {
            Direction::ToServer if begins => self.request(fields, context),
            // An interim response precedes the final one.
            Direction::ToClient if begins && !matches!(fields.status, Some(100..200)) => {
                self.response(fields, context);
            }
            Direction::ToClient => self.trailers(&fields, context),
            Direction::ToServer => {}
        }
        text
    }

    fn request(&mut self, fields: Fields, context: &mut Context<'_>) {
        if let Some(user_agent) = &fields.user_agent {
            context.calls.set_user_agent(self.call, user_agent.clone());
        }
        let path = fields.path.as_deref().unwrap_or_default();
        self.asks_for_websocket = fields.asks_for_websocket;
        if let Some(codec) = fields.media.grpc() {
            let method = grpc::Method::of(path, context.contracts);
            context.calls.set_operation(self.call, method.name().to_owned());
            let format = grpc::Format::new(codec, method.request(), fields.grpc_encoding, context.limit);
            self.content.to_server = Some(Content::of_grpc(fields.media, format, context.limit));
            self.method = Some(method);
        } else {
            let method = fields.method.as_deref().unwrap_or_default();
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            context.calls.set_operation(self.call, short(&format!("{method} {path}")));
            if let Some(request) = graphql::Request::of_query(method, query) {
                context.calls.set_graphql_operation(self.call, request.operation);
            }
            self.content.to_server = Some(Content::of_request(fields.media, fields.encoding, context.limit));
        }
    }

    fn response(&mut self, fields: Fields, context: &mut Context<'_>) {
        // A proxy may respond in place of the service, without gRPC.
        let ok = fields.status == Some(200);
        if self.method.is_none() || !ok {
            self.status = fields.status.map(|status| status.to_string());
        }
        if let Some(status) = &self.status {
            context.calls.set_status(self.call, status.clone());
        }
        self.trailers(&fields, context);
        if ok && self.asks_for_websocket {
            self.websocket = Some(Box::new(match fields.subprotocol {
                Some(_) => WebSocket::with_graphql(fields.deflate),
                None => WebSocket::new(self.call, fields.deflate),
            }));
        }
        let is_graphql = context.calls.is_graphql(self.call);
        self.content.to_client = Some(match (&self.method, fields.media.grpc()) {
            (Some(method), Some(codec)) if ok => {
                let format = grpc::Format::new(codec, method.response(), fields.grpc_encoding, context.limit);
                Content::of_grpc(fields.media, format, context.limit)
            }
            _ => Content::of_response(fields.media, fields.encoding, is_graphql, context.limit),
        });
    }

    fn trailers(&mut self, fields: &Fields, context: &mut Context<'_>) {
        if let Some(status) = fields.grpc_status {
            self.status = Some(status.to_string());
            context.calls.set_status(self.call, status.to_string());
        }
    }
}

/// Reads the frames of a WebSocket in the DATA of a stream.
fn read_websocket(
    websocket: &mut WebSocket,
    label: Label,
    mut piece: TransferData<'_>,
    context: &mut Context<'_>,
) {
    let before = context.output.len();
    if let Outcome::Lost(reason) = websocket.dissect(&mut piece, context) {
        let label = Label { class: Class::Unknown, layer: Layer::Unknown, name: "unknown", ..label };
        context.output.whole(piece.take_all().len(), label, reason.to_owned());
    }
    context.output.set_stream(before, label.stream);
}
