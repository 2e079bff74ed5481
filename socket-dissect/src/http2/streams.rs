//! The streams of a connection that are open.

use std::collections::HashMap;

use super::super::chunk::Chunk;
use super::super::output::Label;
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{short, with_hole};
use super::super::way::Way;
use super::fields::Fields;
use super::frame::{FrameHead, Kind, error_name};
use super::stream::Stream;

const BODY: Label = Label::new(Class::Payload, Layer::Http2, "body");

/// The open streams. Their number is bounded by that of the calls.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: HashMap<u32, Stream>,
    /// The highest that a client has begun: lower ones that are not open have ended.
    last: u32,
}

impl Streams {
    /// After an upgrade, stream 1 is half closed.
    pub(super) fn upgraded(call: Option<u64>) -> Self {
        let mut stream = Stream::new(call);
        stream.ends(Way::ToServer);
        Self { open: HashMap::from([(1, stream)]), last: 1 }
    }

    /// The call that a frame belongs to; it begins with the first HEADERS of a client.
    pub(super) fn call(&mut self, way: Way, head: &FrameHead, context: &mut Context<'_>) -> Option<u64> {
        let begins = way == Way::ToServer && head.kind == Kind::Headers && head.stream > self.last;
        if begins {
            self.last = head.stream;
            self.begin(head.stream, context);
        }
        self.open.get(&head.stream)?.call()
    }

    fn begin(&mut self, stream: u32, context: &mut Context<'_>) {
        if self.open.contains_key(&stream) {
            return;
        }
        // What it is comes with its fields, unless they cannot be decoded.
        let call = context.calls.begin(format!("stream {stream}"), context.t);
        if call.is_some() {
            self.open.insert(stream, Stream::new(call));
        }
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
        match self.open.get_mut(&id) {
            Some(stream) => stream.data(way, id, piece, ends, context),
            None => {
                let text = with_hole(String::new(), piece.missing());
                context.output.whole(piece.len(), BODY.on(Some(id)), text);
            }
        }
    }

    /// The fields of a message, or its trailers; `None` when they could not be decoded. Says what they say.
    pub(super) fn fields(
        &mut self,
        way: Way,
        id: u32,
        fields: Option<Fields>,
        context: &mut Context<'_>,
    ) -> String {
        let Some(fields) = fields else { return "fields that cannot be decoded".to_owned() };
        match self.open.get_mut(&id) {
            Some(stream) => stream.fields(way, fields, context),
            None => fields.text(),
        }
    }

    /// A request that the server makes up, and is going to answer on another stream.
    pub(super) fn promise(
        &mut self,
        promised: u32,
        fields: Option<&Fields>,
        context: &mut Context<'_>,
    ) -> String {
        self.begin(promised, context);
        let request = fields.map(Fields::text).unwrap_or_default();
        if let Some(stream) = self.open.get_mut(&promised) {
            stream.ends(Way::ToServer);
            context.calls.name(stream.call(), request.clone());
        }
        short(&format!("stream {promised}: {request}"))
    }

    /// Nothing more comes on the stream in that direction.
    pub(super) fn ends(&mut self, way: Way, id: u32, context: &mut Context<'_>) {
        let Some(stream) = self.open.get_mut(&id) else { return };
        // Of an answer that cannot be followed no end is seen.
        if stream.ends(way) || context.back_is_lost {
            self.remove(id, context);
        }
    }

    /// Nothing more comes on the stream.
    pub(super) fn reset(&mut self, id: u32, code: Option<u32>, context: &mut Context<'_>) {
        if let Some(stream) = self.open.get(&id) {
            stream.reset(&code.map(error_name).unwrap_or_default(), context);
            self.remove(id, context);
        }
    }

    fn remove(&mut self, id: u32, context: &mut Context<'_>) {
        context.calls.end(self.open.remove(&id).and_then(|stream| stream.call()));
    }
}
