//! Authors, and a loader that fetches the authors of many books with one call to the shelf.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, ID, Object};
use bookshelf::Shelf;

use super::connection::BookConnection;
use crate::errors::ApiError;
use crate::limits::{TEXT_COST, page_cost};

pub(crate) struct Author(pub(crate) bookshelf::Author);

/// An author of books.
#[Object(serial)]
impl Author {
    /// Unique id, assigned by the server.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name as printed on the cover.
    #[graphql(complexity = "TEXT_COST")]
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Books of the author in the order of their ids.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn books(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Maximum number of books in the page, 1 to 100. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "The page begins after the book with this cursor.")] after: Option<String>,
    ) -> Result<BookConnection, ApiError> {
        BookConnection::load(ctx, Some(self.0.id), first, after).await
    }
}

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
