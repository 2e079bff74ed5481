//! A store in the memory of this process. Its contents are lost when the process ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::ready;

use super::{BookRange, Limits, Operation, Store, no_such_author};
use crate::changes::{Change, ChangeKind, Feed};
use crate::error::{Entity, Error};
use crate::model::{Author, Book, BookPatch, NewBook};
use crate::seed;

/// Books in the memory of this process. Every operation completes without waiting.
#[derive(Debug)]
pub struct Memory {
    limits: Limits,
    state: Mutex<State>,
    feed: Feed,
}

#[derive(Debug)]
struct State {
    authors: BTreeMap<u32, Author>,
    books: BTreeMap<u32, Book>,
    last_book_id: u32,
    last_change: u64,
}

impl Memory {
    /// Returns a store with the initial books and the given limits.
    #[must_use]
    pub fn seeded(limits: Limits) -> Self {
        let (authors, books) = seed::authors_and_books();
        let last_book_id = books.last_key_value().map_or(0, |(id, _)| *id);
        let state = State { authors, books, last_book_id, last_change: 0 };
        Self { limits, state: Mutex::new(state), feed: Feed::new(0, limits.history) }
    }

    /// Adds a change to the feed. `state` must be locked, so that no other operation adds a change between
    /// the change to the book and its entry in the feed.
    fn announce(&self, state: &mut State, kind: ChangeKind, book: &Book) {
        state.last_change += 1;
        self.feed.push(Change { sequence: state.last_change, kind, book: book.clone() });
    }

    fn create_now(&self, NewBook { title, author_id, year }: NewBook) -> Result<Book, Error> {
        let mut state = self.state();
        state.check_author(author_id)?;
        if state.books.len() >= self.limits.books {
            return Err(Error::TooMany { limit: self.limits.books });
        }
        let id = state
            .last_book_id
            .checked_add(1)
            .ok_or(Error::Internal("the highest possible book id is already assigned"))?;
        let book = Book { id, title, author_id, year, revision: 1 };
        state.last_book_id = id;
        state.books.insert(id, book.clone());
        self.announce(&mut state, ChangeKind::Created, &book);
        Ok(book)
    }

    fn update_now(&self, id: u32, revision: u32, patch: BookPatch) -> Result<Book, Error> {
        let mut state = self.state();
        patch.author_id.map_or(Ok(()), |author_id| state.check_author(author_id))?;
        let mut book = state.book(id)?.clone();
        book.check_revision(revision)?;
        book.title = patch.title.unwrap_or(book.title);
        book.author_id = patch.author_id.unwrap_or(book.author_id);
        book.year = patch.year.unwrap_or(book.year);
        book.revision = book.next_revision()?;
        state.books.insert(id, book.clone());
        self.announce(&mut state, ChangeKind::Updated, &book);
        Ok(book)
    }

    fn delete_now(&self, id: u32, revision: Option<u32>) -> Result<Book, Error> {
        let mut state = self.state();
        let book = state.book(id)?.clone();
        revision.map_or(Ok(()), |revision| book.check_revision(revision))?;
        state.books.remove(&id);
        self.announce(&mut state, ChangeKind::Deleted, &book);
        Ok(book)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No operation can panic between two dependent changes, so a poisoned state is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn feed(&self) -> &Feed {
        &self.feed
    }

    fn book(&self, id: u32) -> Operation<'_, Book> {
        ready(self.state().book(id).cloned()).boxed()
    }

    fn authors<'a>(&'a self, ids: &'a [u32]) -> Operation<'a, Vec<Author>> {
        let state = self.state();
        ready(Ok(ids.iter().filter_map(|id| state.authors.get(id)).cloned().collect())).boxed()
    }

    fn list(&self, range: BookRange) -> Operation<'_, Vec<Book>> {
        let state = self.state();
        let books = (state.books.range(range.after.saturating_add(1)..))
            .map(|(_, book)| book)
            .filter(|book| range.author_id.is_none_or(|id| id == book.author_id))
            .take(range.limit);
        ready(Ok(books.cloned().collect())).boxed()
    }

    fn create(&self, new: NewBook) -> Operation<'_, Book> {
        ready(self.create_now(new)).boxed()
    }

    fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Operation<'_, Book> {
        ready(self.update_now(id, revision, patch)).boxed()
    }

    fn delete(&self, id: u32, revision: Option<u32>) -> Operation<'_, Book> {
        ready(self.delete_now(id, revision)).boxed()
    }

    fn newest_change(&self) -> Operation<'_, u64> {
        ready(Ok(self.state().last_change)).boxed()
    }

    fn changes_after(&self, sequence: u64) -> Operation<'_, Vec<Change>> {
        // The feed holds every stored change.
        ready(self.feed.stored_after(sequence)).boxed()
    }
}

impl State {
    fn book(&self, id: u32) -> Result<&Book, Error> {
        self.books.get(&id).ok_or(Error::NotFound { entity: Entity::Book, id })
    }

    fn check_author(&self, id: u32) -> Result<(), Error> {
        if self.authors.contains_key(&id) { Ok(()) } else { Err(no_such_author(id)) }
    }
}
