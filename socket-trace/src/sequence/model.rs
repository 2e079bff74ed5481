//! The socket calls of one connection, in the order in which a diagram shows them.

use serde::Serialize;

use super::call::Call;

/// The socket calls of one connection on both sides, including those that opened the listening socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Title of the diagram: the name of the recording, such as `rest`.
    pub title: String,
    /// Name of the client's recording and number of its socket, `rest-client #1`; `None` if the client was
    /// not recorded.
    pub client: Option<String>,
    /// Name of the server's recording and number of its socket; `None` if the server was not recorded.
    pub server: Option<String>,
    /// The socket calls of both sides, in order.
    pub calls: Vec<Call>,
    /// Number of socket calls that `calls` lacks, because the number of calls in a diagram is limited.
    pub more: u64,
}
