//! The interface between the shelf and the place where the books are stored.

pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;

use std::fmt;

use futures_util::future::BoxFuture;

use crate::changes::{Change, Feed};
use crate::error::Error;
use crate::model::{Author, Book, BookPatch, NewBook};

/// The future that a method of [`Store`] returns.
pub type Operation<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// A place where books, authors and changes are stored.
///
/// [`Shelf`](crate::Shelf) checks every rule that depends on the arguments only. A store checks the rules that depend on
/// the stored books: that an object exists, that a revision is current, and that the limits are kept. Each change and its
/// entry in the change feed are stored together or not at all.
///
/// Every operation fails with [`Error::Unavailable`] if the store cannot be reached. If an operation that
/// changes the store returns this error, the change may nevertheless be stored.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Returns the feed of the most recent changes. The feed wakes the watchers of this process.
    fn feed(&self) -> &Feed;

    /// Returns the book with the given id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id.
    fn book(&self, id: u32) -> Operation<'_, Book>;

    /// Returns the authors that have one of the given ids. Skips an id that no author has.
    fn authors<'a>(&'a self, ids: &'a [u32]) -> Operation<'a, Vec<Author>>;

    /// Returns the books that `range` selects, ordered by id.
    fn list(&self, range: BookRange) -> Operation<'_, Vec<Book>>;

    /// Stores a new book under the next free id, at revision 1.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the author does not exist, [`Error::TooMany`] if the store is full.
    fn create(&self, new: NewBook) -> Operation<'_, Book>;

    /// Updates a book that is at `revision`, and increases its revision.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the new author does not exist, [`Error::NotFound`] if the book does not exist,
    /// [`Error::Conflict`] if the book is at another revision.
    fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Operation<'_, Book>;

    /// Removes a book and returns it as it was before. If `revision` is given, removes the book only at this
    /// revision.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id, [`Error::Conflict`] if the book is at another revision.
    fn delete(&self, id: u32, revision: Option<u32>) -> Operation<'_, Book>;

    /// Returns the sequence number of the newest stored change; 0 before the first change.
    fn newest_change(&self) -> Operation<'_, u64>;

    /// Returns stored changes after a sequence number, in order and without gaps. A call may return only the
    /// first few of these changes, but returns at least one if there is any.
    ///
    /// # Errors
    /// [`Error::FellBehind`] if the first of these changes is not stored any more.
    fn changes_after(&self, sequence: u64) -> Operation<'_, Vec<Change>>;

    /// Closes the connections to the store as its protocol requires. For example, a client of PostgreSQL
    /// first sends `Terminate`. Operations after this call may fail.
    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A selection of books by author and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookRange {
    /// Selects only the books of this author.
    pub author_id: Option<u32>,
    /// Selects only the books whose id is larger than this one; 0 selects all.
    pub after: u32,
    /// Maximum number of books.
    pub limit: usize,
}

/// Maximum numbers of books and of changes in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of books.
    pub books: usize,
    /// Number of the latest changes that are kept for slow watchers.
    pub history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { books: 10_000, history: 1_024 }
    }
}

/// Returns the error for a book whose `author_id` is `id` although no author has that id.
pub(crate) fn no_such_author(id: u32) -> Error {
    Error::invalid(crate::Field::AuthorId, format!("must be the id of an author; there is no author {id}"))
}
