//! A WebSocket message, which may span frames.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::graphql::{Operations, Owner};
use super::super::part::{Class, Layer, MessageContent};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::deflate::Inflater;
use super::rules::NOT_UTF8;

/// Maximum number of bytes of a message that are interpreted.
const MAX_CONTENT: usize = 64 * 1024;

/// Number of bytes at the start of a GraphQL message that are searched for its type and id.
const MAX_OWNER: usize = 512;

const MESSAGE: Label = Label::new(Class::Payload, Layer::Websocket, "message");

/// A WebSocket message, which may span frames.
#[derive(Debug)]
pub(super) struct Message {
    unit: OpenUnit,
    owner: Owner,
    is_compressed: bool,
    is_text: bool,
    /// `true` between the first and the last frame of the message.
    is_open: bool,
    content: PrefixBuffer,
    /// Decompresses messages; `None` without permessage-deflate.
    inflater: Option<Inflater>,
    /// Number of compressed bytes that [`begin`](Self::begin) has decompressed already.
    decompressed: u64,
}

/// What the first frame of a message says about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) is_compressed: bool,
    pub(super) is_text: bool,
}

impl Kind {
    /// Returns the number of bytes that [`Message::begin`] needs: compressed data is decompressed at once, because the
    /// GraphQL operation is inside.
    pub(super) fn beginning(self) -> usize {
        if self.is_compressed { usize::MAX } else { MAX_OWNER }
    }
}

impl Message {
    pub(super) fn new(owner: Owner, inflater: Option<Inflater>) -> Self {
        Self {
            unit: OpenUnit::default(),
            owner,
            is_compressed: false,
            is_text: false,
            is_open: false,
            content: PrefixBuffer::new(MAX_CONTENT),
            inflater,
            decompressed: 0,
        }
    }

    /// Begins a new message, whose first unmasked bytes are `beginning`. If `operations` is not `None`, they contain the id
    /// of its GraphQL operation.
    pub(super) fn begin(
        &mut self,
        kind: Kind,
        beginning: &[u8],
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        self.unit = OpenUnit::default();
        self.is_compressed = kind.is_compressed;
        self.is_text = kind.is_text;
        self.content.clear();
        self.decompressed = 0;
        if operations.is_some() {
            self.owner = Owner::Unknown;
        }
        if !self.is_compressed {
            let beginning = beginning.get(..MAX_OWNER).unwrap_or(beginning);
            self.set_owner(beginning, operations, context);
        } else if let Some(inflater) = &mut self.inflater {
            inflater.begin();
            self.inflate(beginning);
            self.decompressed = beginning.len() as u64;
            let content = std::mem::take(&mut self.content);
            self.set_owner(content.bytes(), operations, context);
            self.content = content;
        }
    }

    /// Returns `true` between the first and the last frame of the message.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Sets whether the message continues with another frame.
    pub(super) fn set_open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }

    /// Returns the number of bytes of each read or write that the message needs. Compressed data is needed as a whole, for
    /// the window.
    pub(super) fn max_bytes(&self) -> usize {
        if self.is_compressed { usize::MAX } else { MAX_CONTENT }
    }

    /// Returns `true` if messages may be compressed.
    pub(super) fn has_deflate(&self) -> bool {
        self.inflater.is_some()
    }

    /// Decompresses the next bytes of the message.
    fn inflate(&mut self, compressed: &[u8]) {
        if let Some(inflater) = &mut self.inflater {
            let (content, length) = inflater.add(compressed, MAX_CONTENT);
            self.content.add(TransferData::new(&content, length));
        }
    }

    /// Returns `true` if the content of the message is known.
    fn is_readable(&self) -> bool {
        let is_inflated = self.inflater.as_ref().is_some_and(|inflater| !inflater.is_lost());
        !self.is_compressed || is_inflated
    }

    /// Assigns `label` to the call or the connection to which the message belongs.
    pub(super) fn label(&self, label: Label) -> Label {
        match self.owner {
            Owner::Unknown => label,
            Owner::Connection => Label { class: Class::Connection, ..label },
            Owner::Call(call) => label.of(Some(call)),
        }
    }

    /// Determines from the first bytes of the message to which GraphQL operation it belongs.
    pub(super) fn set_owner(
        &mut self,
        beginning: &[u8],
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        if let Some(operations) = operations.as_mut().filter(|_| self.is_readable()) {
            self.owner = operations.owner(beginning, context);
        }
    }

    /// Adds unmasked payload bytes to the message.
    pub(super) fn add(
        &mut self,
        data: TransferData<'_>,
        ends: bool,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        if self.is_compressed {
            let from = std::mem::take(&mut self.decompressed);
            let rest = data.recorded().get(usize::try_from(from).unwrap_or_default()..);
            self.inflate(rest.unwrap_or_default());
            if let Some(inflater) = self.inflater.as_mut().filter(|_| data.missing() > 0) {
                inflater.lose();
            }
            if let Some(inflater) = self.inflater.as_mut().filter(|_| ends) {
                let (content, length) = inflater.end(MAX_CONTENT);
                self.content.add(TransferData::new(&content, length));
            }
        } else {
            self.content.add(data);
        }
        if self.owner == Owner::Unknown && (ends || self.content.bytes().len() <= MAX_OWNER) {
            let content = std::mem::take(&mut self.content);
            self.set_owner(content.bytes(), operations, context);
            self.content = content;
        }
    }

    /// Describes the bytes of the message read so far. If they complete a GraphQL message, updates its API
    /// call.
    pub(super) fn text(
        &self,
        ends: bool,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) -> String {
        let more = !ends || self.content.is_cut();
        match operations {
            _ if !self.is_readable() => "compressed".to_owned(),
            Some(operations) if ends => operations.message(self.content.bytes(), context),
            _ => context.limit.when(ends).text_of(self.content.bytes(), more),
        }
    }

    /// Returns the rule that the complete message breaks.
    pub(super) fn violation(&self) -> Option<&'static str> {
        let is_known = self.is_text && self.is_readable() && !self.content.is_cut();
        (is_known && std::str::from_utf8(self.content.bytes()).is_err()).then_some(NOT_UTF8)
    }

    /// Returns the content of the complete message.
    fn content(&self) -> MessageContent {
        let is_readable = self.is_readable();
        let bytes = if is_readable { self.content.bytes().to_vec() } else { Vec::new() };
        let is_complete = is_readable && !self.content.is_cut();
        MessageContent { is_text: self.is_text, bytes, is_complete }
    }

    /// Adds `bytes` bytes of the message to the output. `ends` is `true` if they are the last.
    pub(super) fn output(&mut self, bytes: u64, text: String, ends: bool, context: &mut Context<'_>) {
        let label = self.label(MESSAGE);
        context.output.part(&mut self.unit, bytes, label, text, ends);
        if ends && bytes > 0 {
            context.output.set_violation(self.violation());
        }
        if ends && context.messages {
            context.output.set_content(self.content());
        }
    }
}
