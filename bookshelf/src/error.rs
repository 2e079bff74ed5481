//! Errors of the service. Each server maps them to the errors of its API.

use std::fmt;
use std::time::Duration;

/// Time that a client should wait before it repeats a request that failed with [`Error::Unavailable`].
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// An error of a shelf operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No book or author has the requested id.
    #[error("there is no {entity} {id}")]
    NotFound {
        /// Kind of the requested object.
        entity: Entity,
        /// The requested id.
        id: u32,
    },
    /// An argument violates a rule.
    #[error("{field} {reason}")]
    Invalid {
        /// The argument.
        field: Field,
        /// The violated rule, worded to follow the field's name: `must not be empty`.
        reason: String,
    },
    /// The book has changed since the caller read it.
    #[error("book {id} is at revision {actual}, not {expected}: read it again, then repeat the change")]
    Conflict {
        /// Id of the book.
        id: u32,
        /// Revision that the caller read.
        expected: u32,
        /// Current revision of the book.
        actual: u32,
    },
    /// The shelf is full.
    #[error("the shelf is full: it holds at most {limit} books")]
    TooMany {
        /// Maximum number of books.
        limit: usize,
    },
    /// A watcher was so slow that the store no longer holds the change that the watcher would receive next.
    #[error("the watcher fell behind and missed {missed} changes: list the books again, then watch again")]
    FellBehind {
        /// Number of changes that the watcher cannot receive any more.
        missed: u64,
    },
    /// The store of the books could not be reached, or did not respond in time. If the operation was a
    /// change, it may have been stored nevertheless.
    #[error("{_0}; repeat the request in {seconds} s", seconds = RETRY_AFTER.as_secs())]
    Unavailable(&'static str),
    /// An unexpected state: a bug in the service, invalid data in the database, or a counter that has reached
    /// its maximum, for example the book ids.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl Error {
    pub(crate) fn invalid(field: Field, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }
}

/// Kind of object that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A [`Book`](crate::Book).
    Book,
    /// An [`Author`](crate::Author).
    Author,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Book => "book",
            Self::Author => "author",
        })
    }
}

/// An argument that can violate a rule. Each API spells the arguments in its own way, for example `author_id`
/// or `authorId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Title of a book.
    Title,
    /// Id of a book's author.
    AuthorId,
    /// Year of a book's first publication.
    Year,
    /// The update as a whole, for example if it contains no new value.
    Patch,
    /// Maximum number of books in a page.
    PageSize,
    /// Token that marks the start of a page.
    PageToken,
}

impl Field {
    /// Returns the argument's name in `snake_case`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::AuthorId => "author_id",
            Self::Year => "year",
            Self::Patch => "patch",
            Self::PageSize => "page_size",
            Self::PageToken => "page_token",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
