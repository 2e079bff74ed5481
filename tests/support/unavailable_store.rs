//! A store that is always unavailable.

use bookshelf::store::{BookRange, Operation};
use bookshelf::{Author, Book, BookPatch, Change, Error, Feed, NewBook, Store};

/// A store whose every operation fails.
#[derive(Debug)]
pub(crate) struct UnavailableStore(Feed);

impl Default for UnavailableStore {
    fn default() -> Self {
        Self(Feed::new(0, 1))
    }
}

fn unavailable<T: Send>() -> Operation<'static, T> {
    Box::pin(async { Err(Error::Unavailable("the database is not available")) })
}

impl Store for UnavailableStore {
    fn feed(&self) -> &Feed {
        &self.0
    }

    fn book(&self, _: u32) -> Operation<'_, Book> {
        unavailable()
    }

    fn authors<'a>(&'a self, _: &'a [u32]) -> Operation<'a, Vec<Author>> {
        unavailable()
    }

    fn list(&self, _: BookRange) -> Operation<'_, Vec<Book>> {
        unavailable()
    }

    fn create(&self, _: NewBook) -> Operation<'_, Book> {
        unavailable()
    }

    fn update(&self, _: u32, _: u32, _: BookPatch) -> Operation<'_, Book> {
        unavailable()
    }

    fn delete(&self, _: u32, _: Option<u32>) -> Operation<'_, Book> {
        unavailable()
    }

    fn newest_change(&self) -> Operation<'_, u64> {
        unavailable()
    }

    fn changes_after(&self, _: u64) -> Operation<'_, Vec<Change>> {
        unavailable()
    }
}
