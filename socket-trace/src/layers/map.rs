//! The map of a call: positions of all units in both byte streams of its connection.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::format::Side;

use socket_dissect::Class;

/// The map of one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Map {
    /// The sockets of the connection, such as `rest-client #1`.
    pub ends: Vec<String>,
    /// Index of the call on the connection, from 0.
    pub call: u64,
    /// The called operation.
    pub operation: String,
    /// The direction of the request, then that of the response.
    #[serde(rename = "ways")]
    pub directions: Vec<Direction>,
    /// Number of transfers omitted because there are too many.
    pub more: u64,
}

/// One direction of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Direction {
    /// The receiving side.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub to: Side,
    /// Byte breakdown of the call in this direction.
    pub bytes: BTreeMap<Class, u64>,
    /// Levels from the socket up to the message.
    pub levels: Vec<Level>,
}

/// One protocol layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// Title of the level: `client's writes`, `HTTP/2`, `messages`.
    pub title: String,
    /// Name of a block: `TCP write`, `record`, `write`, `frame`, `message`.
    pub unit: &'static str,
    /// Blocks in the order of their bytes.
    pub blocks: Vec<Block>,
}

/// A range of bytes that forms one unit on its layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Offset of the first byte in this direction of the connection.
    pub from: u64,
    /// Offset after the last byte.
    pub to: u64,
    /// Number of bytes below TLS, for a block whose `from` and `to` are offsets above TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// Name of the unit: `DATA`.
    pub name: String,
    /// Description of its content.
    pub text: String,
    /// `true` if the unit started in an earlier transfer that is not shown.
    pub begun: bool,
    /// `true` if the unit continues in a later transfer that is not shown.
    #[serde(rename = "goes_on")]
    pub continues: bool,
    /// `true` if the block has bytes of the call. The same transfers may carry other data, too.
    pub of_call: bool,
}

impl Block {
    /// Returns the number of bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.below.unwrap_or(self.to.saturating_sub(self.from))
    }
}
