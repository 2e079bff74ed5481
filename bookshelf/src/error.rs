//! Every way to fail. A server maps these, and adds none of its own for what the shelf decides.

use std::fmt;

/// Why the shelf refused an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing has that id.
    #[error("there is no {entity} {id}")]
    NotFound {
        /// What was looked for.
        entity: Entity,
        /// The id that nothing has.
        id: u32,
    },
    /// An argument breaks a rule.
    #[error("{field} {reason}")]
    Invalid {
        /// Which argument.
        field: Field,
        /// The rule, as the rest of a sentence that begins with the field's name.
        reason: String,
    },
    /// The book was changed since the caller read it.
    #[error("book {id} is at revision {actual}, not {expected}: read it again, then repeat the change")]
    Conflict {
        /// The book.
        id: u32,
        /// The revision that the caller read.
        expected: u32,
        /// The revision that the book has.
        actual: u32,
    },
    /// The shelf is full.
    #[error("the shelf is full: it holds at most {limit} books")]
    TooMany {
        /// How many books it holds.
        limit: usize,
    },
    /// A watcher was too slow: the changes that it has not seen are no longer kept.
    #[error("the watcher fell behind and missed {missed} changes: list the books again, then watch again")]
    FellBehind {
        /// How many changes it will never see.
        missed: u64,
    },
    /// A fault of the service itself.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl Error {
    pub(crate) fn invalid(field: Field, reason: impl Into<String>) -> Self {
        Self::Invalid { field, reason: reason.into() }
    }
}

/// What an id can name.
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

/// An argument that a rule is about. Each API spells it in its own way: `author_id` or `authorId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A book's title.
    Title,
    /// A book's author.
    AuthorId,
    /// A book's year.
    Year,
    /// The changes of an update, taken together.
    Patch,
    /// The length of a page.
    PageSize,
    /// Where a page starts.
    PageToken,
}

impl Field {
    /// Its name in `snake_case`.
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
