//! A frame whose payload has not been read completely.

use super::super::direction::Direction;
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::super::prefix_buffer::PrefixBuffer;
use super::control;
use super::frame::{FrameHead, Kind};

pub(super) const NOT_HTTP2: &str = "not HTTP/2";

/// A frame whose payload has not been read completely.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) head: FrameHead,
    pub(super) label: Label,
    /// Number of bytes not read yet of the prefix: the padding length, priority and promised stream id that
    /// precede the content.
    pub(super) prefix: u32,
    /// The bytes of the prefix that have been read.
    pub(super) prefix_bytes: Vec<u8>,
    /// Number of content bytes not read yet.
    pub(super) content: u32,
    /// Number of padding bytes not read yet.
    pub(super) padding: u32,
    /// The first payload bytes of a frame that contains neither a message body nor a header block.
    pub(super) payload: PrefixBuffer,
}

impl Incoming {
    pub(super) fn new(head: FrameHead, call: Option<u64>) -> Self {
        let on_stream = head.stream > 0 && head.kind.is_of_stream();
        let class = if on_stream { Class::Framing } else { Class::Connection };
        let stream = (head.stream > 0).then_some(head.stream);
        let prefix = if on_stream { head.prefix().min(head.length) } else { 0 };
        Self {
            head,
            label: Label::new(class, Layer::Http2, head.kind.name()).of(call).on(stream),
            prefix,
            prefix_bytes: Vec::new(),
            content: head.length - prefix,
            padding: 0,
            payload: PrefixBuffer::new(control::MAX_PAYLOAD),
        }
    }

    /// Returns the number of payload bytes not read yet.
    pub(super) fn remaining(&self) -> u32 {
        self.prefix + self.content + self.padding
    }

    /// Returns `true` if the payload belongs to a message body.
    pub(super) fn is_data(&self) -> bool {
        self.head.kind == Kind::Data && self.label.stream.is_some()
    }

    /// Returns `true` if the payload contains a fragment of a header block.
    pub(super) fn has_fields(&self) -> bool {
        matches!(self.head.kind, Kind::Headers | Kind::PushPromise | Kind::Continuation)
            && self.label.stream.is_some()
    }

    /// Describes the frame by its header alone, before its content has been read.
    pub(super) fn initial_text(&self, sender: Direction) -> String {
        let FrameHead { kind, flags, length, .. } = self.head;
        match kind {
            Kind::Data | Kind::Headers if flags.end_stream() => "END_STREAM".to_owned(),
            _ if length == 0 => control::text(&self.head, b"", sender),
            _ => String::new(),
        }
    }

    /// Sets `padding` and subtracts it from `content`. Called once the prefix has been read. Returns the rule that the
    /// frame breaks, if the padding is longer than the content.
    pub(super) fn end_prefix(&mut self) -> Option<&'static str> {
        let padded = self.head.flags.padded();
        let padding = self.prefix_bytes.first().filter(|_| padded).map_or(0, |length| u32::from(*length));
        self.padding = padding.min(self.content);
        self.content -= self.padding;
        (self.padding < padding).then_some("padding longer than the frame (RFC 9113, section 6.1)")
    }

    /// Returns the id of the stream that a PUSH_PROMISE frame announces.
    pub(super) fn promised(&self) -> Option<u32> {
        let bytes = self.prefix_bytes.last_chunk().filter(|_| self.head.kind == Kind::PushPromise)?;
        Some(u32::from_be_bytes(*bytes) & 0x7fff_ffff)
    }
}
