//! The shelf: all operations, and the rules that depend only on the arguments of an operation.

use std::sync::Arc;

use crate::changes::Changes;
use crate::error::{Entity, Error, Field};
use crate::model::{self, Author, Book, BookPatch, NewBook};
use crate::page::{ListBooks, Page};
use crate::store::memory::Memory;
use crate::store::{BookRange, Limits, Store};

/// A handle to a shelf. Clones share the same shelf.
///
/// Every operation returns [`Error::Unavailable`] if the store of the books cannot be reached. If an
/// operation that changes the shelf returns this error, the change may nevertheless be stored.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<dyn Store>);

impl Shelf {
    /// Returns a shelf in memory with the initial books and default limits.
    #[must_use]
    pub fn seeded() -> Self {
        Self::with_limits(Limits::default())
    }

    /// Returns a shelf in memory with the initial books and the given limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self::new(Memory::seeded(limits))
    }

    /// Returns a shelf whose books are in `store`.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0
    }

    /// Returns the book with the given id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id.
    pub async fn book(&self, id: u32) -> Result<Book, Error> {
        self.0.book(id).await
    }

    /// Returns the author with the given id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no author has that id.
    pub async fn author(&self, id: u32) -> Result<Author, Error> {
        self.0.authors(&[id]).await?.pop().ok_or(Error::NotFound { entity: Entity::Author, id })
    }

    /// Returns the authors that have one of the given ids, in one operation of the store. Skips an id that no
    /// author has.
    ///
    /// # Errors
    /// Only [`Error::Unavailable`].
    pub async fn authors(&self, ids: &[u32]) -> Result<Vec<Author>, Error> {
        self.0.authors(ids).await
    }

    /// Returns a page of books ordered by id.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the page size is out of range, or if the page token does not come from a list
    /// with the same filter.
    pub async fn list(&self, query: &ListBooks) -> Result<Page, Error> {
        let (size, after) = (query.limit()?, query.after()?);
        // One more book shows whether there is another page.
        let range = BookRange { author_id: query.author_id, after, limit: size + 1 };
        let mut books = self.0.list(range).await?;
        let has_more = books.len() > size;
        books.truncate(size);
        let next_page_token = books.last().filter(|_| has_more).map(|book| query.token_after(book.id));
        Ok(Page { books, next_page_token })
    }

    /// Adds a new book to the shelf.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a field violates a rule, [`Error::TooMany`] if the shelf is full.
    pub async fn create(&self, new: NewBook) -> Result<Book, Error> {
        model::check_title(&new.title)?;
        model::check_year(new.year)?;
        self.0.create(new).await
    }

    /// Updates a book that the caller read at `revision`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id, [`Error::Conflict`] if its revision has changed, [`Error::Invalid`]
    /// if a field violates a rule or the patch is empty.
    pub async fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Result<Book, Error> {
        if patch.is_empty() {
            return Err(Error::invalid(Field::Patch, "must change at least one of title, author_id, year"));
        }
        patch.title.as_deref().map_or(Ok(()), model::check_title)?;
        patch.year.map_or(Ok(()), model::check_year)?;
        self.0.update(id, revision, patch).await
    }

    /// Removes a book from the shelf and returns it as it was before.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id.
    pub async fn delete(&self, id: u32) -> Result<Book, Error> {
        self.0.delete(id, None).await
    }

    /// Removes a book that the caller read at `revision` and returns it as it was before.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id, [`Error::Conflict`] if its revision has changed.
    pub async fn delete_at(&self, id: u32, revision: u32) -> Result<Book, Error> {
        self.0.delete(id, Some(revision)).await
    }

    /// Returns a watcher for all changes from now on. If other processes use the same store, the watcher may
    /// first yield changes that they made just before this call.
    #[must_use]
    pub fn watch(&self) -> Changes {
        self.watch_after(self.0.feed().newest())
    }

    /// Returns the sequence number of the newest change; 0 before the first change.
    ///
    /// # Errors
    /// Only [`Error::Unavailable`].
    pub async fn last_change(&self) -> Result<u64, Error> {
        self.0.newest_change().await
    }

    /// Closes the connections to the store as its protocol requires. For example, a client of PostgreSQL
    /// first sends `Terminate`. Operations after this call may fail.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// Returns a watcher that resumes after the change with the given sequence number.
    #[must_use]
    pub fn watch_after(&self, sequence: u64) -> Changes {
        Changes::new(self.clone(), sequence)
    }
}
