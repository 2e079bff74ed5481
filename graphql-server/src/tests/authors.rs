//! Authors of a list load in batches: it takes one call of the shelf for the books and one for all authors.

use std::sync::{Arc, Mutex};

use bookshelf::Shelf;
use serde_json::json;

use super::support::Service;
use crate::schema::types::author::author_loader;

#[tokio::test]
async fn authors_of_a_list_load_in_one_batch() {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let recorded = Arc::clone(&batches);
    let shelf = Shelf::seeded();
    let service = Service::with_schema(|schema| {
        schema.data(author_loader(move |ids| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            recorded.lock().unwrap().push(ids.clone());
            shelf.authors(&ids)
        }))
    });
    let data = service.data("{books(first:100){nodes{id author{name}}} book(id:1){author{id}}}").await;
    assert_eq!(data["book"]["author"], json!({ "id": "1" }));
    assert_eq!(data["books"]["nodes"][3]["author"], json!({ "name": "Andrew S. Tanenbaum" }));
    let all: Vec<u32> = (1..=8).collect();
    assert_eq!(*batches.lock().unwrap(), [all]);
}
