//! Finds the authors of many books in one look at the shelf.
//!
//! Each book of a list asks for its author by itself: without this there would be a look for the list and one more for
//! each of its books.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use bookshelf::Author;

use crate::fault::Fault;

/// Collects the ids of authors, and finds all of them at once.
pub(crate) type Authors = DataLoader<Finder>;

/// Finds authors by their ids.
pub(crate) struct Finder(Box<Find>);

type Find = dyn Fn(&[u32]) -> Vec<Author> + Send + Sync;

/// Authors that are found by that function.
pub(crate) fn finding_by(find: impl Fn(&[u32]) -> Vec<Author> + Send + Sync + 'static) -> Authors {
    // Nothing waits: the look is a task of its own, whose turn comes, as a rule, when all books have asked.
    DataLoader::new(Finder(Box::new(find)), tokio::spawn).delay(Duration::ZERO)
}

impl Loader<u32> for Finder {
    type Value = Author;
    type Error = Fault;

    async fn load(&self, ids: &[u32]) -> Result<HashMap<u32, Author>, Fault> {
        Ok((self.0)(ids).into_iter().map(|author| (author.id, author)).collect())
    }
}
