//! The operations, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::changes::{Change, ChangeKind, Changes, History};
use crate::error::{Entity, Error, Field};
use crate::model::{self, Author, Book, BookPatch, NewBook};
use crate::page::{ListBooks, Page};
use crate::seed;

/// How much a shelf holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most books.
    pub books: usize,
    /// How many changes are kept for watchers that are behind.
    pub history: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { books: 10_000, history: 1_024 }
    }
}

/// The shelf. A clone is another handle to the same shelf.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    state: Mutex<State>,
    /// Wakes the watchers; carries the sequence of the newest change.
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
    /// A shelf with the books that every server starts with.
    #[must_use]
    pub fn seeded() -> Self {
        Self::with_limits(Limits::default())
    }

    /// The same with limits of one's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        let (authors, books) = seed::books();
        let last_book_id = books.last_key_value().map_or(0, |(id, _)| *id);
        let state = State { authors, books, last_book_id, history: History::default() };
        Self(Arc::new(Shared { limits, state: Mutex::new(state), newest: watch::Sender::new(0) }))
    }

    /// The book with that id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn book(&self, id: u32) -> Result<Book, Error> {
        self.state().book(id).cloned()
    }

    /// The author with that id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn author(&self, id: u32) -> Result<Author, Error> {
        let not_found = Error::NotFound { entity: Entity::Author, id };
        self.state().authors.get(&id).cloned().ok_or(not_found)
    }

    /// Those of the authors that there are, all found in one look.
    #[must_use]
    pub fn authors(&self, ids: &[u32]) -> Vec<Author> {
        let state = self.state();
        ids.iter().filter_map(|id| state.authors.get(id)).cloned().collect()
    }

    /// A page of books in the order of their ids.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a page size out of range or a foreign page token.
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

    /// Puts a new book on the shelf.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a field that breaks a rule, [`Error::TooMany`] when the shelf is full.
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

    /// Changes a book that the caller has read at `revision`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when the book has another revision by now; [`Error::Invalid`] for a
    /// field that breaks a rule, or a patch that changes nothing.
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

    /// Takes a book off the shelf and returns it as it last was.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn delete(&self, id: u32) -> Result<Book, Error> {
        self.delete_if(id, |_| Ok(()))
    }

    /// The same for a book that the caller has read at `revision`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when the book has another revision by now.
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

    /// Every change from now on.
    #[must_use]
    pub fn watch(&self) -> Changes {
        self.watch_after(self.last_change())
    }

    /// The sequence of the last change; 0 before the first.
    #[must_use]
    pub fn last_change(&self) -> u64 {
        self.state().history.newest()
    }

    /// Every change after the one with that sequence, for a watcher that comes back.
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
        // Every change of the state is a single insertion or removal, so a panic elsewhere left it whole.
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
        Err(Error::invalid(
            Field::AuthorId,
            format!("must name an author of the shelf, there is no author {id}"),
        ))
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
