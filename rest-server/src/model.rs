//! What this API shows of the shelf.
//!
//! A number that any client can hold is an `int64` with its bounds: `int32` would be signed.

use std::ops::RangeInclusive;

use bookshelf::Error;
use bookshelf::model::check_title;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::input::text;

/// The years that a book can have.
pub(crate) const YEARS: RangeInclusive<i64> =
    *bookshelf::model::YEARS.start() as i64..=*bookshelf::model::YEARS.end() as i64;

/// The rule of a title. The shelf would say the same, but of one field alone.
pub(crate) fn title(value: Value) -> Result<String, String> {
    let title = text(value)?;
    match check_title(&title) {
        Err(Error::Invalid { reason, .. }) => Err(reason),
        _ => Ok(title),
    }
}

/// One book on the shelf.
#[derive(Serialize, ToSchema)]
pub(crate) struct Book {
    /// Given by the shelf, and never used again.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    id: u32,
    #[schema(schema_with = crate::openapi::title)]
    title: String,
    /// An author of the shelf.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    author_id: u32,
    /// Of first publication.
    #[schema(format = Int32, minimum = -3000, maximum = 2100, example = 1990)]
    year: i32,
    /// Counts the changes of this book.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    revision: u32,
}

/// Someone who wrote books.
#[derive(Serialize, ToSchema)]
pub(crate) struct Author {
    /// Given by the shelf.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    id: u32,
    /// As printed on the cover.
    #[schema(example = "W. Richard Stevens")]
    name: String,
}

/// One change of the shelf: the data of an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Change {
    /// Numbers the changes of the shelf, without holes.
    #[schema(format = Int64, minimum = 1, example = 1)]
    sequence: u64,
    pub(crate) kind: ChangeKind,
    /// The book after the change; as it last was, when it was deleted.
    book: Book,
}

/// What happened to a book.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChangeKind {
    Created,
    Updated,
    Deleted,
}

impl ChangeKind {
    /// What its event is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl From<bookshelf::Book> for Book {
    fn from(book: bookshelf::Book) -> Self {
        let bookshelf::Book { id, title, author_id, year, revision } = book;
        Self { id, title, author_id, year, revision }
    }
}

impl From<bookshelf::Author> for Author {
    fn from(author: bookshelf::Author) -> Self {
        let bookshelf::Author { id, name } = author;
        Self { id, name }
    }
}

impl From<bookshelf::Change> for Change {
    fn from(change: bookshelf::Change) -> Self {
        let kind = match change.kind {
            bookshelf::ChangeKind::Created => ChangeKind::Created,
            bookshelf::ChangeKind::Updated => ChangeKind::Updated,
            bookshelf::ChangeKind::Deleted => ChangeKind::Deleted,
        };
        Self { sequence: change.sequence, kind, book: change.book.into() }
    }
}
