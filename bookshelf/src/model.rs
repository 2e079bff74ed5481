//! What stands on the shelf, and the rules for a single book.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Field};

/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;

/// Years of first publication that are taken: from the first written literature to a generous future.
pub const YEARS: RangeInclusive<i32> = -3000..=2100;

/// Someone who wrote books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Given by the shelf, from 1.
    pub id: u32,
    /// As printed on the cover.
    pub name: String,
}

/// One book on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Given by the shelf, from 1, and never used again.
    pub id: u32,
    /// 1 to [`MAX_TITLE`] characters.
    pub title: String,
    /// An author of the shelf.
    pub author_id: u32,
    /// Of first publication, within [`YEARS`].
    pub year: i32,
    /// Counts the changes of this book, from 1.
    pub revision: u32,
}

impl Book {
    /// Guards a change that was made from `revision`.
    pub(crate) fn check_revision(&self, revision: u32) -> Result<(), Error> {
        if self.revision == revision {
            return Ok(());
        }
        Err(Error::Conflict { id: self.id, expected: revision, actual: self.revision })
    }
}

/// A book that is not on the shelf yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBook {
    /// 1 to [`MAX_TITLE`] characters.
    pub title: String,
    /// An author of the shelf.
    pub author_id: u32,
    /// Of first publication, within [`YEARS`].
    pub year: i32,
}

/// Changes to a book; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookPatch {
    /// The new title.
    pub title: Option<String>,
    /// The new author.
    pub author_id: Option<u32>,
    /// The new year.
    pub year: Option<i32>,
}

impl BookPatch {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The rules for a title. Public, for a server that tells all faults of a request at once, while the shelf stops at the
/// first.
///
/// # Errors
/// [`Error::Invalid`] with the rule that it breaks.
pub fn check_title(title: &str) -> Result<(), Error> {
    let length = title.chars().count();
    if title.trim().is_empty() {
        Err(Error::invalid(Field::Title, "must not be empty"))
    } else if length > MAX_TITLE {
        Err(Error::invalid(Field::Title, format!("must have at most {MAX_TITLE} characters, has {length}")))
    } else if title.chars().any(char::is_control) {
        Err(Error::invalid(Field::Title, "must not contain control characters"))
    } else {
        Ok(())
    }
}

/// The rule for a year.
pub(crate) fn check_year(year: i32) -> Result<(), Error> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    let (first, last) = (YEARS.start(), YEARS.end());
    Err(Error::invalid(Field::Year, format!("must be from {first} to {last}, is {year}")))
}
