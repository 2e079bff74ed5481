//! Ids and fields in requests.

use bookshelf::Error;
use bookshelf::model::{YEARS, check_title};
use hardening_rest::PathId;
use hardening_rest::fields::{integer, text};
use hardening_rest::path::Entity;
use serde_json::Value;

/// The id in `/v1/books/{id}`.
pub(crate) type BookId = PathId<Book>;

/// The id in `/v1/authors/{id}`.
pub(crate) type AuthorId = PathId<Author>;

pub(crate) enum Book {}

impl Entity for Book {
    const NAME: &'static str = "book";
}

pub(crate) enum Author {}

impl Entity for Author {
    const NAME: &'static str = "author";
}

/// Converts a title. The shelf has the same rule, but reports the error of only one field.
pub(crate) fn title(value: Value) -> Result<String, String> {
    let title = text(value)?;
    match check_title(&title) {
        Err(Error::Invalid { reason, .. }) => Err(reason),
        _ => Ok(title),
    }
}

/// Converts a year.
pub(crate) fn year(value: Value) -> Result<i32, String> {
    integer(i64::from(*YEARS.start())..=i64::from(*YEARS.end()))(value)
}
