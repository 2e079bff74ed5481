//! The messages of the protocol.

use async_graphql::{Request, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::engine::Outcome;
use crate::params;

/// What a client sends.
#[derive(Debug)]
pub(super) enum ClientMessage {
    ConnectionInit,
    Ping { payload: Option<Map<String, Value>> },
    Pong,
    Subscribe { id: String, request: Box<Request> },
    Complete { id: String },
}

/// What a server sends.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
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

/// A message before its type is looked at.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    payload: Option<Value>,
}

impl ClientMessage {
    /// Reads a message; otherwise says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // What is derived reads the members from an array, too.
        if !text.trim_start().starts_with('{') {
            return Err("Invalid message: it must be a JSON object".to_owned());
        }
        let Envelope { kind, id, payload } =
            serde_json::from_str(text).map_err(|error| format!("Invalid message: {error}"))?;
        let id = || id.filter(|id| !id.is_empty()).ok_or_else(|| format!("{kind} needs an id"));
        Ok(match kind.as_str() {
            "connection_init" => {
                object(&kind, payload)?;
                Self::ConnectionInit
            }
            "ping" => Self::Ping { payload: object(&kind, payload)? },
            "pong" => {
                object(&kind, payload)?;
                Self::Pong
            }
            "subscribe" => {
                let id = id()?;
                let request = params::from_json(payload.unwrap_or_default());
                let request = request.map_err(|wrong| format!("subscribe: {wrong}"))?;
                Self::Subscribe { id, request: Box::new(request) }
            }
            "complete" => Self::Complete { id: id()? },
            _ => return Err(format!("{kind:?} is no message of a client")),
        })
    }
}

fn object(kind: &str, payload: Option<Value>) -> Result<Option<Map<String, Value>>, String> {
    match payload {
        None => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(format!("the payload of {kind} must be an object")),
    }
}
