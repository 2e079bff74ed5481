//! The books that the operations of the live page have created and not deleted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bookshelf::Book;

/// The books that operations of the live page have created and not deleted yet, by the name of the API over
/// which the last operation created or updated them. The newest book of each API is last.
///
/// An operation can run over several APIs at the same time. Then the client of each API updates and deletes
/// only books of its own API: if one client took the last book of another, the other would have to create a
/// book first, and the clients would not make the same calls.
#[derive(Debug, Default)]
pub(crate) struct CreatedBooks(Mutex<BTreeMap<&'static str, Vec<Book>>>);

impl CreatedBooks {
    /// Adds a book that was created or updated over `api`, as the newest book of this API.
    pub(crate) fn push(&self, api: &'static str, book: Book) {
        self.with(|books| books.entry(api).or_default().push(book));
    }

    /// Removes and returns the newest book of `api`. If `api` has no book and `of_any` is `true`, removes and
    /// returns the newest book of all other APIs.
    pub(crate) fn take(&self, api: &'static str, of_any: bool) -> Option<Book> {
        self.with(|books| {
            let own = books.get_mut(api).and_then(Vec::pop);
            own.or_else(|| books.values_mut().filter(|_| of_any).max_by_key(|books| newest(books))?.pop())
        })
    }

    /// Returns the number of books that [`take`](Self::take) can return one after the other.
    pub(crate) fn count(&self, api: &'static str, of_any: bool) -> usize {
        self.with(|books| {
            let counted = books.iter().filter(|(name, _)| of_any || **name == api);
            counted.map(|(_, books)| books.len()).sum()
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
