//! The books that the operations have created and not deleted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bookshelf::Book;

/// The created books of each API, oldest first. A book belongs to the API that created or updated it last.
///
/// An operation over several APIs runs over all of them at the same time. The client of each API uses books
/// of its own, so that all clients make the same calls.
#[derive(Debug, Default)]
pub(crate) struct CreatedBooks(Mutex<BTreeMap<&'static str, Vec<Book>>>);

impl CreatedBooks {
    /// Adds a book as the newest of an API.
    pub(crate) fn push(&self, api: &'static str, book: Book) {
        self.with(|books| books.entry(api).or_default().push(book));
    }

    /// Removes and returns the newest book of `api`. If it has none and `of_any` is `true`, takes the newest
    /// book of all other APIs.
    pub(crate) fn take(&self, api: &'static str, of_any: bool) -> Option<Book> {
        self.with(|books| {
            let own = books.get_mut(api).and_then(Vec::pop);
            own.or_else(|| books.values_mut().filter(|_| of_any).max_by_key(|books| newest(books))?.pop())
        })
    }

    fn with<T>(&self, task: impl FnOnce(&mut BTreeMap<&'static str, Vec<Book>>) -> T) -> T {
        // No operation can panic between two dependent changes.
        task(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn newest(books: &[Book]) -> Option<u32> {
    books.last().map(|book| book.id)
}
