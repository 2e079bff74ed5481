//! The map of an API call: which of its bytes are in which read, write, frame and message.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::format::Side;

use socket_dissect::Class;

/// The map of one API call: which of its bytes are in which read, write, frame and message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Map {
    /// The recorded ends of the connection, one or two. Each has the recording's name and a socket number:
    /// `rest-client #1`.
    pub ends: Vec<String>,
    /// Index of the API call on its connection, from 0.
    pub call: u64,
    /// Operation of the API call, such as `GET /v1/books/1`.
    pub operation: String,
    /// The direction to the server, then the direction to the client. A direction in which the API call
    /// transferred no bytes is omitted.
    #[serde(rename = "ways")]
    pub directions: Vec<Direction>,
    /// Number of reads and writes that the map omits because it would be too large with them.
    pub more: u64,
}

/// One direction of a connection in a map: the bytes that one side sends to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Direction {
    /// The side that receives the bytes.
    #[serde(serialize_with = "crate::summary::json::side")]
    pub to: Side,
    /// Number of bytes of the API call in this direction, by class, such as headers or payload.
    pub bytes: BTreeMap<Class, u64>,
    /// Protocol levels, from reads and writes up to messages.
    pub levels: Vec<Level>,
}

/// One protocol level of a map, such as the HTTP/2 frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// Title of the level: `client's writes`, `HTTP/2`, `messages`.
    pub title: String,
    /// Noun for one block of the level: `segment`, `TCP write`, `record`, `write`, `frame`, `message`.
    pub unit: &'static str,
    /// Blocks of the level, sorted by offset.
    pub blocks: Vec<Block>,
}

/// A range of bytes that is one box of the map: a read or write, a TCP segment, a TLS record, a frame or a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Offset of the block's first byte in this direction of the connection.
    pub from: u64,
    /// Offset after the block's last byte.
    pub to: u64,
    /// Number of encrypted bytes in a TLS record, or in a read or write that carried TLS records; `None` for
    /// any other block. If it is `Some`, `from` and `to` are offsets in the decrypted data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// Name of the block, such as `DATA` for a frame, or `read`.
    pub name: String,
    /// Description of the block's content, such as `GET /v1/books/1`. For a read or write, its time.
    pub text: String,
    /// `true` if the block starts in an earlier read or write, which the map omits.
    pub begun: bool,
    /// `true` if the block continues in a later read or write, which the map omits.
    #[serde(rename = "goes_on")]
    pub continues: bool,
    /// `true` if the block contains bytes of the mapped API call. `false` if it contains only other data that
    /// the same reads and writes transferred.
    pub of_call: bool,
}

impl Block {
    /// Returns the number of bytes of the block: `below`, the encrypted bytes, if it is set, else the bytes
    /// between its offsets.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.below.unwrap_or(self.to.saturating_sub(self.from))
    }
}
