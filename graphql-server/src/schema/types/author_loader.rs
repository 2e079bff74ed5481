//! A loader that fetches the authors of many books with one call to the shelf.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use bookshelf::Shelf;

use crate::errors::ApiError;

/// Collects requested author ids and loads them in one batch. Each book requests its author by itself:
/// without the loader, a list of 100 books would call the shelf 101 times.
pub(crate) type AuthorLoader = DataLoader<Authors>;

/// The authors of a shelf.
pub(crate) struct Authors(Shelf);

/// Returns a loader that calls the shelf once for each batch of ids.
pub(crate) fn author_loader(shelf: Shelf) -> AuthorLoader {
    // No delay: the batch is a separate task, which normally runs after all books have requested authors.
    DataLoader::new(Authors(shelf), tokio::spawn).delay(Duration::ZERO)
}

impl Loader<u32> for Authors {
    type Value = bookshelf::Author;
    type Error = ApiError;

    async fn load(&self, ids: &[u32]) -> Result<HashMap<u32, Self::Value>, ApiError> {
        Ok(self.0.authors(ids).await?.into_iter().map(|author| (author.id, author)).collect())
    }
}
