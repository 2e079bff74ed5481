//! The open streams of an HTTP/2 connection.

use std::collections::HashMap;

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::Direction;
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::super::text::{short, with_hole};
use super::fields::Fields;
use super::frame::{FrameHead, Kind, error_name};
use super::stream::Stream;

const BODY: Label = Label::new(Class::Payload, Layer::Http2, "body");

/// The open streams of an HTTP/2 connection. Their number is bounded by the limit on open calls.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: HashMap<u32, Stream>,
    /// The highest stream id that the client has used. Streams with lower ids that are not open have ended.
    last: u32,
}

impl Streams {
    /// Returns the streams after an upgrade from HTTP/1.1: only stream 1 is open, and its request has ended.
    pub(super) fn upgraded(call: Option<u64>) -> Self {
        let mut stream = Stream::new(call);
        stream.end(Direction::ToServer);
        Self { open: HashMap::from([(1, stream)]), last: 1 }
    }

    /// Returns the number of the call to which a frame belongs. A client's first HEADERS frame on a stream
    /// begins a call.
    pub(super) fn call(
        &mut self,
        direction: Direction,
        head: &FrameHead,
        context: &mut Context<'_>,
    ) -> Option<u64> {
        let begins =
            direction == Direction::ToServer && head.kind == Kind::Headers && head.stream > self.last;
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
        // The operation is set once the headers are decoded.
        let call = context.calls.begin(format!("stream {stream}"), context.t);
        if call.is_some() {
            self.open.insert(stream, Stream::new(call));
        }
    }

    /// Reads body bytes of a DATA frame. `ends` is `true` if they are the last bytes of the frame.
    pub(super) fn data(
        &mut self,
        direction: Direction,
        id: u32,
        piece: TransferData<'_>,
        ends: bool,
        context: &mut Context<'_>,
    ) {
        match self.open.get_mut(&id) {
            Some(stream) => stream.data(direction, id, piece, ends, context),
            None => {
                let text = with_hole(String::new(), piece.missing());
                context.output.whole(piece.len(), BODY.on(Some(id)), text);
            }
        }
    }

    /// Updates the API call with the headers or trailers of a message, and describes them as text. `fields`
    /// is `None` if they could not be decoded.
    pub(super) fn fields(
        &mut self,
        direction: Direction,
        id: u32,
        fields: Option<Fields>,
        context: &mut Context<'_>,
    ) -> String {
        let Some(fields) = fields else { return "header fields that cannot be decoded".to_owned() };
        match self.open.get_mut(&id) {
            Some(stream) => stream.fields(direction, fields, context),
            None => fields.text(),
        }
    }

    /// Begins a stream that the server announced with PUSH_PROMISE, and describes the announcement as text.
    pub(super) fn promise(
        &mut self,
        promised: u32,
        fields: Option<&Fields>,
        context: &mut Context<'_>,
    ) -> String {
        self.begin(promised, context);
        let request = fields.map(Fields::text).unwrap_or_default();
        if let Some(stream) = self.open.get_mut(&promised) {
            stream.end(Direction::ToServer);
            context.calls.set_operation(stream.call(), request.clone());
        }
        short(&format!("stream {promised}: {request}"))
    }

    /// Ends one direction of the stream with this id. Ends its call if the opposite direction has ended or
    /// can no longer be dissected.
    pub(super) fn end(&mut self, direction: Direction, id: u32, context: &mut Context<'_>) {
        let Some(stream) = self.open.get_mut(&id) else { return };
        // The end of a response that cannot be dissected is never seen.
        if stream.end(direction) || context.opposite_lost {
            self.remove(id, context);
        }
    }

    /// Ends the stream with this id, and its call, after an RST_STREAM frame.
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
