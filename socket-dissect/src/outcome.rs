//! The outcome of dissecting a transfer.

/// The outcome of dissecting a transfer.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All bytes are dissected.
    Done,
    /// Both directions continue with another protocol.
    Switch(Next),
    /// The rest of this direction cannot be dissected, for this reason.
    Lost(&'static str),
}

/// The protocol with which a connection continues.
#[derive(Debug)]
pub(super) enum Next {
    Http1,
    /// HTTP/2 with its preface.
    Http2,
    /// HTTP/2 whose beginning is not in the recording.
    Http2MidStream,
    /// HTTP/2 after an upgrade of the HTTP/1.1 request of this call.
    Http2Upgraded(Option<u64>),
    Postgres,
    /// PostgreSQL whose beginning is not in the recording.
    PostgresMidStream,
    Tls,
    /// A WebSocket that belongs to this call as a whole.
    WebSocket(Option<u64>),
    /// A WebSocket whose messages are GraphQL operations.
    GraphqlWebSocket,
    /// A connection of its own, as in a tunnel.
    Tunnel,
    /// A protocol that is not supported, for this reason.
    Unsupported(&'static str),
}
