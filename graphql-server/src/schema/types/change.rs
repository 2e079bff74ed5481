//! Changes of books.

use async_graphql::{Enum, SimpleObject};

use super::book::Book;

/// Kind of a change.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "bookshelf::ChangeKind")]
pub(crate) enum ChangeKind {
    /// The book was created.
    Created,
    /// At least one field of the book was updated.
    Updated,
    /// The book was deleted.
    Deleted,
}

/// A change of a book.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct BookChange {
    /// Number of the change: 1, 2, 3 and so on, without gaps. A string, because `Int` ends at 2,147,483,647.
    sequence: String,
    /// Kind of the change.
    kind: ChangeKind,
    /// The book after the change, or the last state of a deleted book.
    book: Book,
}

impl From<bookshelf::Change> for BookChange {
    fn from(change: bookshelf::Change) -> Self {
        let bookshelf::Change { sequence, kind, book } = change;
        Self { sequence: sequence.to_string(), kind: kind.into(), book: Book(book) }
    }
}
