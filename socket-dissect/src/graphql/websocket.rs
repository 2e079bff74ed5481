//! Reads the messages of GraphQL over WebSocket: the subprotocol `graphql-transport-ws`, and its predecessor
//! `graphql-ws`.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::context::Context;
use super::super::direction::Direction;
use super::super::text::short;
use super::http::{Request, has_errors};

/// Maximum length of an operation id. Longer ids are not tracked.
const MAX_ID: usize = 128;

/// A GraphQL subprotocol of WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subprotocol;

impl Subprotocol {
    /// Parses a value of `sec-websocket-protocol`. `None` if it is not a GraphQL subprotocol.
    pub(crate) fn of(value: &str) -> Option<Self> {
        matches!(value, "graphql-transport-ws" | "graphql-ws").then_some(Self)
    }
}

/// The API call or the connection to which a message belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The message belongs to an operation that has ended, or whose id has not been read yet.
    #[default]
    Unknown,
    /// The connection itself, outside any call.
    Connection,
    /// The call with this number.
    Call(u64),
}

/// The open operations of a WebSocket.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    /// The open operations, by the id that the client has chosen.
    open: HashMap<String, Operation>,
}

#[derive(Debug)]
struct Operation {
    call: Option<u64>,
    errors: bool,
}

/// Members of a GraphQL message, as far as they could be parsed.
#[derive(Debug, Default)]
struct Message<'a> {
    kind: String,
    id: String,
    payload: Option<&'a RawValue>,
}

impl Operations {
    /// Returns the [`Owner`] of the message whose first bytes are `beginning`. A `subscribe` or `start`
    /// message begins an operation.
    pub(crate) fn owner(
        &mut self,
        direction: Direction,
        beginning: &[u8],
        context: &mut Context<'_>,
    ) -> Owner {
        let message = Message::parse(beginning);
        match (direction, message.kind.as_str()) {
            (_, "connection_init" | "connection_ack" | "ping" | "pong" | "ka" | "connection_terminate") => {
                return Owner::Connection;
            }
            (Direction::ToServer, "subscribe" | "start") => self.begin(&message.id, context),
            _ => {}
        }
        let call = self.open.get(&message.id).and_then(|operation| operation.call);
        call.map_or(Owner::Unknown, Owner::Call)
    }

    fn begin(&mut self, id: &str, context: &mut Context<'_>) {
        if id.len() > MAX_ID || self.open.contains_key(id) {
            return;
        }
        // The operation is set at the end of the message.
        let call = context.calls.begin(short(&format!("operation {id}")), context.t);
        if call.is_some() {
            self.open.insert(id.to_owned(), Operation { call, errors: false });
        }
    }

    /// Describes a message as text, and updates or ends the API call of its operation. `content` may be
    /// truncated.
    pub(crate) fn message(&mut self, content: &[u8], context: &mut Context<'_>) -> String {
        let message = Message::parse(content);
        let payload = message.payload.map(RawValue::get).unwrap_or_default();
        let request = Request::of_json(payload.as_bytes());
        if let Some(operation) = self.open.get_mut(&message.id) {
            match (message.kind.as_str(), &request) {
                ("subscribe" | "start", Some(request)) => {
                    context.calls.set_operation(operation.call, request.operation.clone());
                }
                ("next" | "data", _) => operation.errors |= has_errors(payload.as_bytes()),
                ("error", _) => self.end(&message.id, true, context),
                ("complete" | "stop", _) => self.end(&message.id, false, context),
                _ => {}
            }
        }
        message.text(request.as_ref())
    }

    fn end(&mut self, id: &str, errors: bool, context: &mut Context<'_>) {
        let Some(operation) = self.open.remove(id) else { return };
        let status = if errors || operation.errors { "errors" } else { "complete" };
        context.calls.set_status(operation.call, status.to_owned());
        context.calls.end(operation.call);
    }
}

impl<'a> Message<'a> {
    /// Parses the members of a message up to the first error or missing byte.
    fn parse(content: &'a [u8]) -> Self {
        let mut message = Self::default();
        let mut json = serde_json::Deserializer::from_slice(content);
        // The members before the cut are parsed.
        let _ = Members(&mut message).deserialize(&mut json);
        message
    }

    /// Returns a message as text: `subscribe 1: subscription { bookChanged }`, `next 1: {"data":…`,
    /// `connection_ack`.
    fn text(&self, request: Option<&Request>) -> String {
        let id = if self.id.is_empty() { String::new() } else { format!(" {}", self.id) };
        let payload = match (request, self.payload) {
            (Some(request), _) => format!(": {}", request.text()),
            (None, Some(payload)) => format!(": {}", payload.get()),
            (None, None) => String::new(),
        };
        short(&format!("{}{id}{payload}", self.kind))
    }
}

/// Deserializes the members of a JSON object into a [`Message`] one by one. If the JSON is truncated, the
/// members before its end are kept.
struct Members<'a, 'b>(&'b mut Message<'a>);

impl<'a> DeserializeSeed<'a> for Members<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Members<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => self.0.kind = members.next_value()?,
                "id" => self.0.id = members.next_value()?,
                "payload" => self.0.payload = Some(members.next_value()?),
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}
