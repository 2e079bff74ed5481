//! A loader that fetches the authors of many books with one call to the shelf.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use bookshelf::Shelf;

use crate::errors::ApiError;

/// A loader that collects the requested author ids, and loads these authors in one batch. Each book requests
/// its author by itself, so without the loader, a list of 100 books would call the shelf 101 times.
pub(crate) type AuthorLoader = DataLoader<Authors>;

/// A loader of authors from a shelf, for [`AuthorLoader`].
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
