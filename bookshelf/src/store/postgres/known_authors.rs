//! The authors that the store has read from the database, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::Author;

/// A cache of the authors that were read from the database. They stay correct while the database is
/// unavailable, because no operation changes an author.
///
/// GraphQL subscriptions need them: a subscription sends each change together with the author of the book,
/// and must not lose a change because the database is unavailable at that moment.
#[derive(Debug)]
pub(super) struct KnownAuthors(Mutex<BTreeMap<u32, Author>>);

impl KnownAuthors {
    pub(super) fn new(authors: Vec<Author>) -> Self {
        Self(Mutex::new(authors.into_iter().map(|author| (author.id, author)).collect()))
    }

    /// Adds authors that were read from the database.
    pub(super) fn add(&self, authors: &[Author]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(authors.iter().map(|author| (author.id, author.clone())));
    }

    /// Returns the authors with these ids, or `None` if one of them is unknown.
    pub(super) fn get(&self, ids: &[u32]) -> Option<Vec<Author>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.iter().map(|id| known.get(id).cloned()).collect()
    }
}
