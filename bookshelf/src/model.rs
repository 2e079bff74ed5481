//! Books, authors and the rules for their fields.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Field};

/// Largest id of a book or author. Revisions have the same maximum.
pub const MAX_ID: u32 = u32::MAX;

/// Maximum length of a title in characters.
pub const MAX_TITLE: usize = 200;

/// Valid years of first publication.
pub const YEARS: RangeInclusive<i32> = -3000..=2100;

/// An author of books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Assigned by the shelf, from 1 to [`MAX_ID`].
    pub id: u32,
    /// Name as printed on the cover.
    pub name: String,
}

/// One book on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Assigned by the shelf, from 1 to [`MAX_ID`], and never reused.
    pub id: u32,
    /// Title, 1 to [`MAX_TITLE`] characters long.
    pub title: String,
    /// Id of an author on the shelf.
    pub author_id: u32,
    /// Year of first publication, within [`YEARS`].
    pub year: i32,
    /// Number of the book's current version: 1 for a new book, and one more after each update.
    pub revision: u32,
}

impl Book {
    /// Returns [`Error::Conflict`] if `revision` is not the current revision of the book.
    pub(crate) fn check_revision(&self, revision: u32) -> Result<(), Error> {
        if self.revision == revision {
            return Ok(());
        }
        Err(Error::Conflict { id: self.id, expected: revision, actual: self.revision })
    }

    /// Returns the revision that the book has after its next update. Fails if the book has reached the
    /// highest revision.
    pub(crate) fn next_revision(&self) -> Result<u32, Error> {
        self.revision
            .checked_add(1)
            .ok_or(Error::Internal("the book already has the highest possible revision"))
    }
}

/// The fields of a book to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBook {
    /// Title, 1 to [`MAX_TITLE`] characters long.
    pub title: String,
    /// Id of an author on the shelf.
    pub author_id: u32,
    /// Year of first publication, within [`YEARS`].
    pub year: i32,
}

/// New values for a book's fields; `None` keeps the current value.
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
    /// Returns `true` if the patch changes no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Checks a title against its rules.
///
/// Public for servers that report all errors of a request at once. The shelf itself stops at the first error.
///
/// # Errors
/// [`Error::Invalid`] with the rule that the title violates.
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

/// Checks that a year is within [`YEARS`].
pub(crate) fn check_year(year: i32) -> Result<(), Error> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    let (first, last) = (YEARS.start(), YEARS.end());
    Err(Error::invalid(Field::Year, format!("must be from {first} to {last}, is {year}")))
}
