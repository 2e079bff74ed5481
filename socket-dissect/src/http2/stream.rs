//! A stream: a request and its answer.

use super::super::chunk::Chunk;
use super::super::content::Content;
use super::super::graphql;
use super::super::grpc;
use super::super::media::Media;
use super::super::output::Label;
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::short;
use super::super::way::{Way, Ways};
use super::fields::Fields;

const BODY: Label = Label::new(Class::Payload, Layer::Http2, "body");

/// A stream that is open.
#[derive(Debug)]
pub(super) struct Stream {
    call: Option<u64>,
    ended: Ways<bool>,
    /// What each message has, once its fields have come.
    content: Ways<Option<Content>>,
    /// The method that is called, when it is gRPC.
    method: Option<grpc::Method>,
    /// What the call's status is, unless it is reset.
    status: Option<String>,
}

impl Stream {
    pub(super) fn new(call: Option<u64>) -> Self {
        let content = Ways::default();
        Self { call, ended: Ways::default(), content, method: None, status: None }
    }

    pub(super) fn call(&self) -> Option<u64> {
        self.call
    }

    /// Nothing more comes in that direction. Whether nothing comes in the other, either.
    pub(super) fn ends(&mut self, way: Way) -> bool {
        *self.ended.get_mut(way) = true;
        *self.ended.get(way.back())
    }

    /// Some of a DATA frame's content, and whether it ends there.
    pub(super) fn data(
        &mut self,
        way: Way,
        id: u32,
        piece: Chunk<'_>,
        ends: bool,
        context: &mut Context<'_>,
    ) {
        let label = BODY.of(self.call).on(Some(id));
        // Fields that could not be decoded say nothing about the content.
        let content = self.content.get_mut(way).get_or_insert_with(Content::default);
        content.read(label, piece, ends, context);
    }

    /// The stream was reset.
    pub(super) fn reset(&self, error: &str, context: &mut Context<'_>) {
        let status = match &self.status {
            Some(status) => format!("{status}, reset: {error}"),
            None => format!("reset: {error}"),
        };
        context.calls.status(self.call, status);
    }

    /// The fields of a message, or its trailers. Says what they say.
    pub(super) fn fields(&mut self, way: Way, fields: Fields, context: &mut Context<'_>) -> String {
        let text = fields.text();
        let begins = self.content.get(way).is_none();
        match way {
            Way::ToServer if begins => self.request(fields, context),
            // An interim answer comes before the answer.
            Way::ToClient if begins && !matches!(fields.status, Some(100..200)) => {
                self.response(fields, context);
            }
            Way::ToClient => self.trailers(&fields, context),
            Way::ToServer => {}
        }
        text
    }

    fn request(&mut self, fields: Fields, context: &mut Context<'_>) {
        let path = fields.path.as_deref().unwrap_or_default();
        if fields.media == Media::Grpc {
            let method = grpc::Method::of(path, context.contracts);
            context.calls.name(self.call, method.name().to_owned());
            self.content.to_server = Some(Content::of_grpc(method.request(), fields.grpc_encoding));
            self.method = Some(method);
        } else {
            let method = fields.method.as_deref().unwrap_or_default();
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            context.calls.name(self.call, short(&format!("{method} {path}")));
            if let Some(request) = graphql::Request::of_query(query) {
                context.calls.ask_in_graphql(self.call, request.operation);
            }
            self.content.to_server = Some(Content::of_request(fields.media, fields.encoding));
        }
    }

    fn response(&mut self, fields: Fields, context: &mut Context<'_>) {
        // A proxy in between may answer instead of the service, and not in gRPC.
        let ok = fields.status == Some(200);
        if self.method.is_none() || !ok {
            self.status = fields.status.map(|status| status.to_string());
        }
        if let Some(status) = &self.status {
            context.calls.status(self.call, status.clone());
        }
        self.trailers(&fields, context);
        let in_graphql = context.calls.is_in_graphql(self.call);
        self.content.to_client = Some(match &self.method {
            Some(method) if ok => Content::of_grpc(method.response(), fields.grpc_encoding),
            _ => Content::of_response(fields.media, fields.encoding, in_graphql),
        });
    }

    fn trailers(&mut self, fields: &Fields, context: &mut Context<'_>) {
        if let Some(status) = fields.grpc_status {
            self.status = Some(status.to_string());
            context.calls.status(self.call, status.to_string());
        }
    }
}
