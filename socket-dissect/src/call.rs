//! A request and its response.

use serde::Serialize;
use socket_tap::event::SockId;

use super::bytes_by_class::BytesByClass;

/// A request and its response over one connection.
///
/// A call is an HTTP/1.1 exchange, an HTTP/2 stream, or a GraphQL operation on a WebSocket. A WebSocket
/// without GraphQL is a single call, from its handshake to its close. In PostgreSQL, the request of a call is
/// a `Query`, or all messages up to a `Sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Socket of the connection, as numbered in the recording.
    pub sock: SockId,
    /// Number of the call: the calls of a connection are numbered from 0 in the order in which they began.
    pub number: u64,
    /// Operation: `GET /v1/books/1`, `query { book }`, `bookshelf.v1.BookshelfService/GetBook`,
    /// `SELECT title FROM books`.
    pub operation: String,
    /// Status in the terms of the API. HTTP: `200`; with GraphQL errors `200, errors`; after an HTTP/2 reset
    /// `reset: CANCEL`. gRPC: `OK` or `NOT_FOUND`. A GraphQL operation on a WebSocket: `complete` or
    /// `errors`. PostgreSQL: `SELECT 14` or `ERROR 23505`. `None` if the recording has no status.
    pub status: Option<String>,
    /// Value of the request's `User-Agent` field. `None` if the recording has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Time of the read or write that transferred the call's first byte, in nanoseconds since the recording
    /// began.
    pub began: u64,
    /// Time of the read or write that transferred the first byte of the response's headers or body, in
    /// nanoseconds since the recording began; `None` without a response.
    pub answered: Option<u64>,
    /// Time of the read or write that transferred the call's last byte, in nanoseconds since the recording
    /// began.
    pub ended: u64,
    /// Bytes that the call sent to the server, and the reads or writes that transferred them.
    pub to_server: Usage,
    /// Bytes that the call sent to the client, and the reads or writes that transferred them.
    pub to_client: Usage,
}

/// Bytes that a call transferred in one direction, and the number of reads or writes that contained them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Number of bytes of each class, such as headers or payload.
    pub bytes: BytesByClass,
    /// Number of reads or writes that transferred bytes of the call. A read or write with bytes of two calls
    /// counts for both calls.
    pub transfers: u64,
}

impl Usage {
    /// Returns the number of bytes of all classes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.bytes.total()
    }
}
