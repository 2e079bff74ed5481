//! Why a call failed, in words that are the same for the three APIs.

use std::fmt;

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In the shelf's words.
    pub kind: Kind,
    /// In the API's words: `404 Not Found`, `NOT_FOUND`.
    pub answer: String,
    /// What the server says to a person.
    pub message: String,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such book or author.
    NotFound,
    /// An argument breaks a rule.
    Invalid,
    /// The book has another revision by now.
    Conflict,
    /// The shelf is full.
    TooMany,
    /// The watcher was too slow.
    FellBehind,
    /// A fault of the server.
    Internal,
    /// No answer, or one that is not of the API.
    Transport,
}

impl Failure {
    /// No answer, or one that is not of the API.
    pub(crate) fn transport(error: impl fmt::Display) -> Self {
        Self { kind: Kind::Transport, answer: "no answer".to_owned(), message: error.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.answer, self.message)
    }
}

impl std::error::Error for Failure {}
