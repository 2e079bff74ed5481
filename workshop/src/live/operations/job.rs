//! A job: an operation, with its number of calls and its connections.

use serde::Deserialize;

use super::operation::Operation;

/// Maximum number of calls in a [`Job`].
pub(crate) const MAX_CALLS: u32 = 100;

/// An operation to run through the client of one API, such as ten calls of `get a book` on one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) operation: Operation,
    pub(crate) calls: u32,
    pub(crate) connection: Connection,
    /// `true` to make the calls over HTTP/2 also over REST and GraphQL.
    pub(crate) http2: bool,
    /// `true` if the operation runs over a single API. The job may then also update or delete books that were
    /// created over other APIs.
    pub(crate) is_only: bool,
}

/// Connections over which a job makes its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Connection {
    /// One connection for all calls.
    #[default]
    One,
    /// A new connection for each call.
    New,
    /// A new connection for each call. All are open at the same time.
    Parallel,
}

/// Description of the last call's result, or the error message; and the duration of the job in nanoseconds.
pub(crate) type Outcome = (Result<String, String>, u128);

impl Job {
    /// Returns the name of the step under which the job's calls are recorded, such as `get a book, 10
    /// connections`.
    pub(crate) fn step(&self) -> String {
        let Self { operation, calls, connection, http2, .. } = self;
        let title = format!("{}{}", operation.title(), if *http2 { " over HTTP/2" } else { "" });
        match (calls, connection) {
            (1, _) => title,
            (_, Connection::One) => format!("{title}, {calls} calls on one connection"),
            (_, Connection::New) => format!("{title}, {calls} connections"),
            (_, Connection::Parallel) => format!("{title}, {calls} connections at once"),
        }
    }
}
