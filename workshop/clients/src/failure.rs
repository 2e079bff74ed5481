//! The error of a call, classified in the same way for all three APIs.

use std::fmt;

/// The error of a call over any of the APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Kind of the error, the same for all APIs.
    pub kind: FailureKind,
    /// The API's own status or error code: `404 Not Found`, `NOT_FOUND`.
    pub status: String,
    /// The server's message.
    pub message: String,
}

/// Kind of an error, the same for all APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The book or author does not exist.
    NotFound,
    /// An argument violates a rule.
    Invalid,
    /// The book's revision has changed.
    Conflict,
    /// The server cannot store more books.
    TooMany,
    /// The watcher was too slow and missed changes.
    FellBehind,
    /// The server cannot reach its store of the books. If the call was to change a book, the change may have
    /// been stored nevertheless.
    Unavailable,
    /// The server failed to process a valid request.
    Internal,
    /// The server sent no response, or a response that does not belong to the API.
    Transport,
}

impl Failure {
    /// Creates a failure of kind [`FailureKind::Transport`].
    pub(crate) fn transport(error: impl fmt::Display) -> Self {
        Self {
            kind: FailureKind::Transport,
            status: "no valid response".to_owned(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.message)
    }
}

impl std::error::Error for Failure {}
