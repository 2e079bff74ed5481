//! The JSON form of books, authors and changes.

use bookshelf::Error;
use bookshelf::model::{MAX_TITLE, YEARS, check_title};
use hardening_rest::fields::{RawValue, integer};
use hardening_rest::path::Entity;
use hardening_rest::{FromField, Positive};
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A book on the shelf.
#[derive(Serialize, ToSchema)]
pub(crate) struct Book {
    /// Assigned by the shelf and never reused.
    id: Positive,
    title: Title,
    /// An author on the shelf.
    author_id: Positive,
    year: Year,
    /// Number of changes to this book, its creation included.
    revision: Positive,
}

/// The author of books.
#[derive(Serialize, ToSchema)]
pub(crate) struct Author {
    /// Assigned by the shelf.
    id: Positive,
    /// The name on the cover.
    #[schema(example = "W. Richard Stevens")]
    name: String,
}

/// A change to the shelf: the data of an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct Change {
    /// Position in the sequence of all changes, which has no gaps.
    #[schema(format = Int64, minimum = 1, example = 1)]
    sequence: u64,
    pub(crate) kind: ChangeKind,
    /// The book after the change, or before its deletion.
    book: Book,
}

/// The kind of a change.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChangeKind {
    Created,
    Updated,
    Deleted,
}

/// The title of a book.
#[derive(Serialize)]
pub(crate) struct Title(pub(crate) String);

/// The year of first publication.
#[derive(Serialize, ToSchema)]
#[schema(value_type = i32, minimum = -3000, maximum = 2100, example = 1990)]
pub(crate) struct Year(pub(crate) i32);

impl Entity for Book {
    const NAME: &'static str = "book";
}

impl Entity for Author {
    const NAME: &'static str = "author";
}

impl ChangeKind {
    /// Returns the name of its event.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl FromField for Title {
    fn from_field<V: RawValue>(value: V) -> Result<Self, String> {
        let title = value.text()?;
        // The shelf has the same rule, but reports the error of only one field.
        match check_title(&title) {
            Err(Error::Invalid { reason, .. }) => Err(reason),
            _ => Ok(Self(title)),
        }
    }
}

impl FromField for Year {
    fn from_field<V: RawValue>(value: V) -> Result<Self, String> {
        integer(value, i64::from(*YEARS.start())..=i64::from(*YEARS.end())).map(Self)
    }
}

impl ToSchema for Title {}

impl PartialSchema for Title {
    fn schema() -> RefOr<Schema> {
        // Spelled out because dialects of regular expressions differ in their character classes.
        const CONTROL: &str = r"\u0000-\u001F\u007F-\u009F";
        const WHITESPACE: &str = r"\u0020\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A title, without control characters and not only whitespace."))
            .min_length(Some(1))
            .max_length(Some(MAX_TITLE))
            .pattern(Some(format!("^[^{CONTROL}]*[^{CONTROL}{WHITESPACE}][^{CONTROL}]*$")))
            .examples([json!("UNIX Network Programming")])
            .into()
    }
}

impl From<bookshelf::Book> for Book {
    fn from(book: bookshelf::Book) -> Self {
        Self {
            id: Positive(book.id),
            title: Title(book.title),
            author_id: Positive(book.author_id),
            year: Year(book.year),
            revision: Positive(book.revision),
        }
    }
}

impl From<bookshelf::Author> for Author {
    fn from(author: bookshelf::Author) -> Self {
        Self { id: Positive(author.id), name: author.name }
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
