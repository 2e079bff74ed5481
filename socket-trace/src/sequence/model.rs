//! The calls of a connection in order.

use serde::Serialize;

use super::call::Call;

/// The calls of a connection on both sides, including those that opened the listening socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Name of the recording: `rest`.
    pub title: String,
    /// The client's recording and socket, `rest-client #1`; `None` if only the server's side is recorded.
    pub client: Option<String>,
    /// The server's recording and socket; `None` if only the client's side is recorded.
    pub server: Option<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// Number of further calls that are omitted.
    pub more: u64,
}
