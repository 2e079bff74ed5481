//! Authors load in batches: a list of books takes two calls to the store, one for the books and one for all
//! authors.

use std::sync::{Arc, Mutex};

use bookshelf::store::memory::Memory;
use bookshelf::store::{BookRange, Operation};
use bookshelf::{Author, Book, BookPatch, Change, Feed, Limits, NewBook, Shelf, Store};
use serde_json::json;

use super::support::Service;

/// A store that remembers which author ids were requested together: `batches` has one element for each call.
#[derive(Debug)]
struct Observed {
    store: Memory,
    batches: Arc<Mutex<Vec<Vec<u32>>>>,
}

impl Store for Observed {
    fn authors<'a>(&'a self, ids: &'a [u32]) -> Operation<'a, Vec<Author>> {
        let mut batch = ids.to_vec();
        batch.sort_unstable();
        self.batches.lock().unwrap().push(batch);
        self.store.authors(ids)
    }

    fn feed(&self) -> &Feed {
        self.store.feed()
    }

    fn book(&self, id: u32) -> Operation<'_, Book> {
        self.store.book(id)
    }

    fn list(&self, range: BookRange) -> Operation<'_, Vec<Book>> {
        self.store.list(range)
    }

    fn create(&self, new: NewBook) -> Operation<'_, Book> {
        self.store.create(new)
    }

    fn update(&self, id: u32, revision: u32, patch: BookPatch) -> Operation<'_, Book> {
        self.store.update(id, revision, patch)
    }

    fn delete(&self, id: u32, revision: Option<u32>) -> Operation<'_, Book> {
        self.store.delete(id, revision)
    }

    fn newest_change(&self) -> Operation<'_, u64> {
        self.store.newest_change()
    }

    fn changes_after(&self, sequence: u64) -> Operation<'_, Vec<Change>> {
        self.store.changes_after(sequence)
    }
}

#[tokio::test]
async fn authors_of_listed_books_load_in_one_batch() {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let store = Observed { store: Memory::seeded(Limits::default()), batches: batches.clone() };
    let service = Service::with_shelf(Shelf::new(store));
    let data = service.data("{books(first:100){nodes{id author{name}}}}").await;
    assert_eq!(data["books"]["nodes"][3]["author"], json!({ "name": "Andrew S. Tanenbaum" }));
    let all: Vec<u32> = (1..=8).collect();
    assert_eq!(*batches.lock().unwrap(), [all]);
}
