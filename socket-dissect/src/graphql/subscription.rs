//! Operations over a WebSocket: the protocol `graphql-transport-ws`, and `graphql-ws` before it.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::protocol::Context;
use super::super::text::short;
use super::super::way::Way;
use super::{Request, has_errors};

/// Longer ids are not followed.
const MAX_ID: usize = 128;

/// Whether a WebSocket's subprotocol is one of GraphQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Protocol;

impl Protocol {
    /// What the value of `sec-websocket-protocol` says.
    pub(crate) fn of(value: &str) -> Option<Self> {
        matches!(value, "graphql-transport-ws" | "graphql-ws").then_some(Self)
    }
}

/// What a message belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// To an operation that has ended or was never seen, or that is not known yet.
    #[default]
    Unknown,
    /// To none.
    Connection,
    Call(u64),
}

/// The operations of a WebSocket that are open.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// By their ids.
    open: HashMap<String, Operation>,
}

#[derive(Debug)]
struct Operation {
    call: Option<u64>,
    errors: bool,
}

/// A message, as far as it was read.
#[derive(Debug, Default)]
struct Message<'a> {
    kind: String,
    id: String,
    payload: Option<&'a RawValue>,
}

impl Subscriptions {
    /// What a message belongs to, by its beginning.
    pub(crate) fn owner(&mut self, way: Way, beginning: &[u8], context: &mut Context<'_>) -> Owner {
        let message = Message::read(beginning);
        match (way, message.kind.as_str()) {
            (_, "connection_init" | "connection_ack" | "ping" | "pong" | "ka" | "connection_terminate") => {
                return Owner::Connection;
            }
            (Way::ToServer, "subscribe" | "start") => self.begin(&message.id, context),
            _ => {}
        }
        let call = self.open.get(&message.id).and_then(|operation| operation.call);
        call.map_or(Owner::Unknown, Owner::Call)
    }

    fn begin(&mut self, id: &str, context: &mut Context<'_>) {
        if id.len() > MAX_ID || self.open.contains_key(id) {
            return;
        }
        // What it is comes with the end of the message.
        let call = context.calls.begin(short(&format!("operation {id}")), context.t);
        if call.is_some() {
            self.open.insert(id.to_owned(), Operation { call, errors: false });
        }
    }

    /// A message is complete, or was cut. Says what it says.
    pub(crate) fn message(&mut self, content: &[u8], context: &mut Context<'_>) -> String {
        let message = Message::read(content);
        let payload = message.payload.map(RawValue::get).unwrap_or_default();
        let request = Request::of_json(payload.as_bytes());
        if let Some(operation) = self.open.get_mut(&message.id) {
            match (message.kind.as_str(), &request) {
                ("subscribe" | "start", Some(request)) => {
                    context.calls.name(operation.call, request.operation.clone());
                }
                ("next" | "data", _) => operation.errors |= has_errors(payload.as_bytes()),
                ("error", _) => self.ends(&message.id, true, context),
                ("complete" | "stop", _) => self.ends(&message.id, false, context),
                _ => {}
            }
        }
        message.text(request.as_ref())
    }

    fn ends(&mut self, id: &str, errors: bool, context: &mut Context<'_>) {
        let Some(operation) = self.open.remove(id) else { return };
        let status = if errors || operation.errors { "errors" } else { "complete" };
        context.calls.status(operation.call, status.to_owned());
        context.calls.end(operation.call);
    }
}

impl<'a> Message<'a> {
    /// As much of it as can be read.
    fn read(content: &'a [u8]) -> Self {
        let mut message = Self::default();
        let mut json = serde_json::Deserializer::from_slice(content);
        // One that was cut has said what it is before it breaks off.
        let _ = Members(&mut message).deserialize(&mut json);
        message
    }

    /// `subscribe 1: subscription { bookChanged }`, `next 1: {"data":…`, `connection_ack`
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

/// Reads the members of a message into it, one by one.
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
