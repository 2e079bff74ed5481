//! A WebSocket message, which may span frames.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::Direction;
use super::super::graphql::{Operations, Owner};
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::short_bytes;

/// Maximum number of bytes of a message that are interpreted.
pub(super) const MAX_CONTENT: usize = 64 * 1024;

/// Number of bytes at the start of a GraphQL message that are searched for its type and id.
pub(super) const MAX_OWNER: usize = 512;

const MESSAGE: Label = Label::new(Class::Payload, Layer::Websocket, "message");

/// A WebSocket message, which may span frames.
#[derive(Debug)]
pub(super) struct Message {
    unit: OpenUnit,
    owner: Owner,
    is_compressed: bool,
    content: PrefixBuffer,
}

impl Message {
    pub(super) fn new(owner: Owner) -> Self {
        Self {
            unit: OpenUnit::default(),
            owner,
            is_compressed: false,
            content: PrefixBuffer::new(MAX_CONTENT),
        }
    }

    /// Begins a new message. If `names_owner` is `true`, the message contains the id of its GraphQL
    /// operation, so the operation is unknown until the id is read.
    pub(super) fn begin(&mut self, is_compressed: bool, names_owner: bool) {
        self.unit = OpenUnit::default();
        self.is_compressed = is_compressed;
        self.content.clear();
        if names_owner {
            self.owner = Owner::Unknown;
        }
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
        direction: Direction,
        beginning: &[u8],
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        if let Some(operations) = operations.as_mut().filter(|_| !self.is_compressed) {
            self.owner = operations.owner(direction, beginning, context);
        }
    }

    /// Adds unmasked payload bytes to the message.
    pub(super) fn add(
        &mut self,
        direction: Direction,
        data: TransferData<'_>,
        ends: bool,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        self.content.add(data);
        if self.owner == Owner::Unknown && (ends || self.content.bytes().len() <= MAX_OWNER) {
            let content = std::mem::take(&mut self.content);
            self.set_owner(direction, content.bytes(), operations, context);
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
        match (operations, self.is_compressed) {
            (_, true) => "compressed".to_owned(),
            (Some(operations), false) if ends => operations.message(self.content.bytes(), context),
            _ => short_bytes(self.content.bytes(), !ends || self.content.is_cut()),
        }
    }

    /// Adds `bytes` bytes of the message to the output. `ends` is `true` if they are the last.
    pub(super) fn output(&mut self, bytes: u64, text: String, ends: bool, context: &mut Context<'_>) {
        let label = self.label(MESSAGE);
        context.output.part(&mut self.unit, bytes, label, text, ends);
    }
}
