//! Authors.

use async_graphql::{Context, ID, Object};

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
