//! Messages of the subprotocol `graphql-transport-ws`.

use async_graphql::{Request, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::engine::Outcome;
use crate::params;

/// A message from the client.
#[derive(Debug)]
pub(super) enum ClientMessage {
    ConnectionInit,
    Ping { payload: Option<Box<RawValue>> },
    Pong,
    Subscribe { id: String, request: Box<Request> },
    Complete { id: String },
}

/// A message from the server.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Box<RawValue>>,
    },
    Next {
        id: &'a str,
        payload: &'a Outcome,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// A message whose payload is not parsed yet, because its format depends on the message type.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl ClientMessage {
    /// Parses a message. The error is the reason of the close frame.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // serde would also read the members from an array, in their order.
        if !text.trim_start().starts_with('{') {
            return Err("Invalid message: it must be a JSON object".to_owned());
        }
        let Envelope { kind, id, payload } =
            serde_json::from_str(text).map_err(|error| format!("Invalid message: {error}"))?;
        let id = || {
            id.filter(|id| !id.is_empty())
                .ok_or_else(|| format!("Invalid message: a message of type {kind} requires an id"))
        };
        Ok(match kind.as_str() {
            "connection_init" => {
                object(&kind, payload)?;
                Self::ConnectionInit
            }
            "ping" => Self::Ping { payload: object(&kind, payload)?.map(ToOwned::to_owned) },
            "pong" => {
                object(&kind, payload)?;
                Self::Pong
            }
            "subscribe" => {
                let id = id()?;
                let payload = payload.map_or("null", RawValue::get);
                let request = params::from_json(payload.as_bytes());
                let request = request.map_err(|error| format!("subscribe: {error}"))?;
                Self::Subscribe { id, request: Box::new(request) }
            }
            "complete" => Self::Complete { id: id()? },
            _ => return Err(format!("Invalid message: a client may not send the type {kind:?}")),
        })
    }
}

fn object<'a>(kind: &str, payload: Option<&'a RawValue>) -> Result<Option<&'a RawValue>, String> {
    if payload.is_some_and(|payload| !payload.get().starts_with('{')) {
        return Err(format!("Invalid message: the payload of {kind} must be an object"));
    }
    Ok(payload)
}
