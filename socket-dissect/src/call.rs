//! A request and its answer.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::event::SockId;

use super::part::Class;

/// A request and its answer, over one connection: an HTTP/1.1 exchange, an HTTP/2 stream, an operation on a GraphQL
/// WebSocket. Any other WebSocket is one call from its handshake to its close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The connection, as the recording numbers it.
    pub sock: SockId,
    /// Which call of the connection, from 0, in the order in which they began.
    pub number: u64,
    /// What is called: `GET /v1/books/1`, `query { book }`, `bookshelf.v1.BookshelfService/GetBook`.
    pub operation: String,
    /// How it ended, in the words of the API: `200`, `200, errors` of GraphQL, `OK`, `NOT_FOUND`, `reset: CANCEL`, and
    /// `complete` or `errors` of an operation on a WebSocket; `None` when that did not come.
    pub status: Option<String>,
    /// When its first byte was read or written: nanoseconds since the recording began.
    pub began: u64,
    /// When the first byte of the answer's fields or content was; `None` when none came.
    pub answered: Option<u64>,
    /// When its last byte was.
    pub ended: u64,
    /// What the request's bytes are spent on.
    pub to_server: Budget,
    /// What the answer's bytes are spent on.
    pub to_client: Budget,
}

/// What was spent, and in how many reads and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Bytes of each class.
    pub bytes: BTreeMap<Class, u64>,
    /// Reads or writes that carried some of it; one that carries parts of two calls counts in both.
    pub transfers: u64,
}

impl Budget {
    /// All bytes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.bytes.values().fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }
}
