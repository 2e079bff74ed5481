//! The shelf: all operations, with the state in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::changes::{Change, ChangeKind, Changes, History};
use crate::error::{Entity, Error, Field};
use crate::model::{self, Author, Book, BookPatch, NewBook};
use crate::page::{ListBooks, Page};
use crate::seed;

/// Capacity of a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of books.
    pub books: usize,
    /// Number of changes that are kept for slow watchers.
    pub history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { books: 10_000, history: 1_024 }
    }
}

/// A handle to a shelf. Clones share the same shelf.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    state: Mutex<State>,
    /// Sequence number of the newest change. Sending it wakes the watchers.
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    authors: BTreeMap<u32, Author>,
    books: BTreeMap<u32, Book>,
    last_book_id: u32,
    history: History,
}

impl Shelf {
    /// Returns a shelf with the initial books and default limits.
    #[must_use]
    pub fn seeded() -> Self {
        Self::with_limits(Limits::default())
    }

    /// Returns a shelf with the initial books and the given limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        let (authors, books) = seed::authors_and_books();
        let last_book_id = books.last_key_value().map_or(0, |(id, _)| *id);
        let state = State { authors, books, last_book_id, history: History::default() };
        Self(Arc::new(Shared { limits, state: Mutex::new(state), newest: watch::Sender::new(0) }))
    }

    /// Returns the book with the given id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id.
    pub fn book(&self, id: u32) -> Result<Book, Error> {
        self.state().book(id).cloned()
    }

    /// Returns the author with the given id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no author has that id.
    pub fn author(&self, id: u32) -> Result<Author, Error> {
        let not_found = Error::NotFound { entity: Entity::Author, id };
        self.state().authors.get(&id).cloned().ok_or(not_found)
    }

    /// Returns the existing authors among `ids`, under a single lock. Unknown ids are skipped.
    #[must_use]
    pub fn authors(&self, ids: &[u32]) -> Vec<Author> {
        let state = self.state();
        ids.iter().filter_map(|id| state.authors.get(id)).cloned().collect()
    }

    /// Returns a page of books ordered by id.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the page size is out of range, or the page token belongs to another list or service.
    pub fn list(&self, query: &ListBooks) -> Result<Page, Error> {
        let (limit, after) = (query.limit()?, query.after()?);
        let state = self.state();
        let mut matching = (state.books.range(after.saturating_add(1)..))
            .map(|(_, book)| book)
            .filter(|book| query.author_id.is_none_or(|id| id == book.author_id));
        let books: Vec<Book> = matching.by_ref().take(limit).cloned().collect();
        let more = matching.next().is_some();
        let next_page_token = books.last().filter(|_| more).map(|book| query.token_after(book.id));
        Ok(Page { books, next_page_token })
    }

    /// Adds a new book to the shelf.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a field violates a rule, [`Error::TooMany`] if the shelf is full.
    pub fn create(&self, new: NewBook) -> Result<Book, Error> {
        let NewBook { title, author_id, year } = new;
        model::check_title(&title)?;
        model::check_year(year)?;
        let mut state = self.state();
        state.check_author(author_id)?;
        if state.books.len() >= self.0.limits.books {
            return Err(Error::TooMany { limit: self.0.limits.books });
        }
        let id = state.last_book_id.checked_add(1).ok_or(Error::Internal("no book ids are left"))?;
        let book = Book { id, title, author_id, year, revision: 1 };
        state.last_book_id = id;
        state.books.insert(id, book.clone());
        self.announce(&mut state, ChangeKind::Created, &book);
        Ok(book)
    }

    /// Updates a book that the caller read at `revision`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id, [`Error::Conflict`] if its revision has changed, [`Error::Invalid`]
    /// if a field violates a rule or the patch is empty.
    pub fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Result<Book, Error> {
        if patch.is_empty() {
            return Err(Error::invalid(Field::Patch, "must change at least one of title, author_id, year"));
        }
        patch.title.as_deref().map_or(Ok(()), model::check_title)?;
        patch.year.map_or(Ok(()), model::check_year)?;
        let mut state = self.state();
        patch.author_id.map_or(Ok(()), |author_id| state.check_author(author_id))?;
        let mut book = state.book(id)?.clone();
        book.check_revision(revision)?;
        book.title = patch.title.unwrap_or(book.title);
        book.author_id = patch.author_id.unwrap_or(book.author_id);
        book.year = patch.year.unwrap_or(book.year);
        book.revision = revision.checked_add(1).ok_or(Error::Internal("no revisions are left"))?;
        state.books.insert(id, book.clone());
        self.announce(&mut state, ChangeKind::Updated, &book);
        Ok(book)
    }

    /// Removes a book from the shelf and returns its last state.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id.
    pub fn delete(&self, id: u32) -> Result<Book, Error> {
        self.delete_if(id, |_| Ok(()))
    }

    /// Removes a book that the caller read at `revision` and returns its last state.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no book has that id, [`Error::Conflict`] if its revision has changed.
    pub fn delete_at(&self, id: u32, revision: u32) -> Result<Book, Error> {
        self.delete_if(id, |book| book.check_revision(revision))
    }

    fn delete_if(&self, id: u32, check: impl FnOnce(&Book) -> Result<(), Error>) -> Result<Book, Error> {
        let mut state = self.state();
        let book = state.book(id)?.clone();
        check(&book)?;
        state.books.remove(&id);
        self.announce(&mut state, ChangeKind::Deleted, &book);
        Ok(book)
    }

    /// Returns a watcher for all future changes.
    #[must_use]
    pub fn watch(&self) -> Changes {
        self.watch_after(self.last_change())
    }

    /// Returns the sequence number of the newest change; 0 before the first change.
    #[must_use]
    pub fn last_change(&self) -> u64 {
        self.state().history.newest()
    }

    /// Returns a watcher that resumes after the change with the given sequence number.
    #[must_use]
    pub fn watch_after(&self, sequence: u64) -> Changes {
        Changes::new(self.clone(), self.0.newest.subscribe(), sequence)
    }

    pub(crate) fn change_after(&self, seen: u64) -> Result<Change, Error> {
        self.state().history.after(seen)
    }

    fn announce(&self, state: &mut State, kind: ChangeKind, book: &Book) {
        state.history.push(kind, book.clone(), self.0.limits.history);
        self.0.newest.send_replace(state.history.newest());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No operation can panic between two dependent changes, so a poisoned state is still consistent.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn book(&self, id: u32) -> Result<&Book, Error> {
        self.books.get(&id).ok_or(Error::NotFound { entity: Entity::Book, id })
    }

    fn check_author(&self, id: u32) -> Result<(), Error> {
        if self.authors.contains_key(&id) {
            return Ok(());
        }
        Err(Error::invalid(Field::AuthorId, format!("must be the id of an author; there is no author {id}")))
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
