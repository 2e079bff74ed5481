//! What lies where in the two streams of bytes of a connection.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::format::Side;

use socket_dissect::Class;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Map {
    /// The sockets of its connection: `rest-client #1`.
    pub ends: Vec<String>,
    /// Which call of the connection, from 0.
    pub call: u64,
    /// What is called.
    pub operation: String,
    /// The request's way, and the answer's.
    pub ways: Vec<Way>,
    /// Transfers that are left out, since there are too many.
    pub more: u64,
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// Where the bytes go.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub to: Side,
    /// What the bytes of the call are spent on.
    pub bytes: BTreeMap<Class, u64>,
    /// From the socket up to the message.
    pub levels: Vec<Level>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// What it is: `client's writes`, `HTTP/2`, `messages`.
    pub title: String,
    /// What it is made of: `TCP write`, `record`, `write`, `frame`, `message`.
    pub unit: &'static str,
    /// In the order of their bytes.
    pub blocks: Vec<Block>,
}

/// A run of bytes that is one thing on its layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Its first byte: how many went this way on the connection before.
    pub from: u64,
    /// Behind its last byte.
    pub to: u64,
    /// How many bytes it has below TLS, where `from` and `to` count those of its data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// What it is: `DATA`.
    pub name: String,
    /// What it says.
    pub text: String,
    /// It begins before, in a transfer that is not shown.
    pub begun: bool,
    /// It goes on after, in a transfer that is not shown.
    pub goes_on: bool,
    /// It has bytes of the call; the same transfers may carry other things.
    pub of_call: bool,
}

impl Block {
    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.below.unwrap_or(self.to.saturating_sub(self.from))
    }
}
