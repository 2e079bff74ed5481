//! A frame that is being read.

use super::super::kept::Kept;
use super::super::output::Label;
use super::super::part::{Class, Layer};
use super::control;
use super::frame::{FrameHead, Kind};

pub(super) const NOT_HTTP2: &str = "not HTTP/2";

/// A frame that is being read.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) head: FrameHead,
    pub(super) label: Label,
    /// Bytes before the content that are still to come.
    pub(super) prefix: u32,
    /// The length of the padding and the promised stream, as they come.
    pub(super) prefix_bytes: Vec<u8>,
    /// Bytes of the content that are still to come.
    pub(super) content: u32,
    /// Bytes after the content that are still to come.
    pub(super) padding: u32,
    /// The beginning of a content that is neither a message nor fields.
    pub(super) kept: Kept,
}

impl Incoming {
    pub(super) fn new(head: FrameHead, call: Option<u64>) -> Self {
        let on_stream = head.stream > 0 && head.kind.is_of_stream();
        let class = if on_stream { Class::Framing } else { Class::Connection };
        let stream = on_stream.then_some(head.stream);
        let prefix = if on_stream { head.prefix().min(head.length) } else { 0 };
        Self {
            head,
            label: Label::new(class, Layer::Http2, head.kind.name()).of(call).on(stream),
            prefix,
            prefix_bytes: Vec::new(),
            content: head.length - prefix,
            padding: 0,
            kept: Kept::new(control::KEPT),
        }
    }

    /// Bytes that are still to come.
    pub(super) fn left(&self) -> u32 {
        self.prefix + self.content + self.padding
    }

    /// Whether its content is a message's.
    pub(super) fn is_data(&self) -> bool {
        self.head.kind == Kind::Data && self.label.stream.is_some()
    }

    /// Whether its content is a fragment of a header block.
    pub(super) fn has_fields(&self) -> bool {
        matches!(self.head.kind, Kind::Headers | Kind::PushPromise | Kind::Continuation)
            && self.label.stream.is_some()
    }

    /// What is said of it before its content is known.
    pub(super) fn flags(&self) -> String {
        let FrameHead { kind, flags, length, .. } = self.head;
        match kind {
            Kind::Data | Kind::Headers if flags.end_stream() => "END_STREAM".to_owned(),
            _ if length == 0 => control::text(&self.head, b""),
            _ => String::new(),
        }
    }

    /// The length of the padding is known.
    pub(super) fn prefix_ends(&mut self) -> Result<(), &'static str> {
        let padded = self.head.flags.padded();
        self.padding = self.prefix_bytes.first().filter(|_| padded).map_or(0, |length| u32::from(*length));
        self.content = self.content.checked_sub(self.padding).ok_or(NOT_HTTP2)?;
        Ok(())
    }

    /// The stream that it promises.
    pub(super) fn promised(&self) -> Option<u32> {
        let bytes = self.prefix_bytes.last_chunk().filter(|_| self.head.kind == Kind::PushPromise)?;
        Some(u32::from_be_bytes(*bytes) & 0x7fff_ffff)
    }
}
