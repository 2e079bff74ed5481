//! The open streams of an HTTP/2 connection.

use std::collections::HashMap;

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::super::text::{short, with_hole};
use super::fields::Fields;
use super::frame::{FrameHead, Kind, MAX_LENGTH, error_name};
use super::stream::Stream;

const BODY: Label = Label::new(Class::Payload, Layer::Http2, "body");

/// The open streams of an HTTP/2 connection. Their number is bounded by the limit on open calls.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: HashMap<u32, Stream>,
    /// The highest stream id that the client has used. Streams with lower ids that are not open have ended.
    last: u32,
    /// For each direction, the maximum payload length of a frame: what the receiver has announced.
    max_frame_size: PerDirection<Option<u32>>,
    /// `true` if some frames are not in the recording.
    is_incomplete: bool,
}

impl Streams {
    /// Returns the streams after an upgrade from HTTP/1.1: only stream 1 is open, and its request has ended.
    pub(super) fn upgraded(call: Option<u64>) -> Self {
        let mut stream = Stream::new(call);
        stream.end(Direction::ToServer);
        Self { open: HashMap::from([(1, stream)]), last: 1, ..Self::default() }
    }

    /// Stops to judge frames by those before them, because some are not in the recording.
    pub(super) fn set_incomplete(&mut self) {
        self.is_incomplete = true;
    }

    /// Returns the maximum payload length of a frame in `direction`.
    pub(super) fn max_frame_size(&self, direction: Direction) -> u32 {
        match self.is_incomplete {
            true => u32::MAX,
            false => self.max_frame_size.get(direction).unwrap_or(MAX_LENGTH),
        }
    }

    /// Sets the maximum payload length of a frame in `direction`. A smaller one than before is ignored, since frames may be
    /// on the way.
    pub(super) fn set_max_frame_size(&mut self, direction: Direction, size: u32) {
        let before = self.max_frame_size(direction);
        *self.max_frame_size.get_mut(direction) = Some(size.max(before));
    }

    /// Returns the rule that a frame breaks by the state of its stream, with the section.
    pub(super) fn violation(&self, head: &FrameHead, sender: Direction) -> Option<String> {
        let is_of_message = matches!(head.kind, Kind::Data | Kind::Headers);
        if self.is_incomplete || !head.kind.is_of_stream() || head.stream == 0 {
            return None;
        }
        let open = self.open.get(&head.stream);
        let begins = sender == Direction::ToServer && head.kind == Kind::Headers;
        // Streams that the server began are not counted.
        let is_idle = !head.stream.is_multiple_of(2) && head.stream > self.last && open.is_none() && !begins;
        let name = head.kind.name();
        match open {
            Some(stream) if is_of_message && stream.has_ended(sender) => {
                Some(format!("{name} after END_STREAM (RFC 9113, section 5.1)"))
            }
            None if is_idle && !matches!(head.kind, Kind::Priority | Kind::Other) => {
                Some(format!("stream {} is idle (RFC 9113, section 5.1)", head.stream))
            }
            _ => None,
        }
    }

    /// Returns the number of the call to which a frame belongs. A client's first HEADERS frame on a stream
    /// begins a call.
    pub(super) fn call(&mut self, head: &FrameHead, context: &mut Context<'_>) -> Option<u64> {
        if !head.kind.is_of_stream() {
            return None;
        }
        let begins =
            context.direction == Direction::ToServer && head.kind == Kind::Headers && head.stream > self.last;
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
    pub(super) fn data(&mut self, id: u32, piece: TransferData<'_>, ends: bool, context: &mut Context<'_>) {
        match self.open.get_mut(&id) {
            Some(stream) => stream.data(id, piece, ends, context),
            None => {
                let text = with_hole(String::new(), piece.missing());
                context.output.whole(piece.len(), BODY.on(Some(id)), text);
            }
        }
    }

    /// Updates the API call with the headers or trailers of a message, and describes them as text. `fields`
    /// is `None` if they could not be decoded.
    pub(super) fn fields(&mut self, id: u32, fields: Option<Fields>, context: &mut Context<'_>) -> String {
        let Some(fields) = fields else { return "header fields that cannot be decoded".to_owned() };
        match self.open.get_mut(&id) {
            Some(stream) => stream.fields(fields, context),
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
    pub(super) fn end(&mut self, id: u32, context: &mut Context<'_>) {
        let Some(stream) = self.open.get_mut(&id) else { return };
        // The end of a response that cannot be dissected is never seen.
        if stream.end(context.direction) || context.opposite_lost {
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
