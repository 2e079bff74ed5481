//! Outcome of dissecting the bytes of a read or write.

use super::websocket::Deflate;

/// Outcome of dissecting the bytes of a read or write.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All bytes are dissected.
    Done,
    /// Both directions of the connection continue with another protocol.
    Switch(Next),
    /// The bytes that remain in this direction cannot be dissected. Contains the reason.
    Lost(&'static str),
}

/// The protocol to which a connection switches.
#[derive(Debug)]
pub(super) enum Next {
    Http1,
    /// HTTP/2 that begins with its preface.
    Http2,
    /// HTTP/2 whose beginning is not in the recording.
    Http2MidStream,
    /// HTTP/2 after an upgrade from HTTP/1.1. Contains the number of the API call that the upgraded request
    /// began.
    Http2Upgraded(Option<u64>),
    Postgres,
    /// PostgreSQL whose beginning is not in the recording.
    PostgresMidStream,
    Tls,
    /// A WebSocket on which all messages belong to this API call.
    WebSocket(Option<u64>, Option<Deflate>),
    /// A WebSocket on which each GraphQL operation is a call.
    GraphqlWebSocket(Option<Deflate>),
    /// A tunnel after CONNECT, dissected like a new connection.
    Tunnel,
    /// A protocol that is not supported. Contains the text that explains this to the user.
    Unsupported(&'static str),
}
