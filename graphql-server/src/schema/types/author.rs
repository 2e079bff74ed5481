//! An author.

use async_graphql::{Context, ID, Object};

use crate::fault::Fault;
use crate::limits::TEXT_COST;
use crate::schema::connection::{BookConnection, page_cost};

/// Someone who wrote books.
#[derive(Clone, Debug)]
pub(crate) struct Author(pub(super) bookshelf::Author);

/// Someone who wrote books.
#[Object(serial)]
impl Author {
    /// Given by the shelf.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// As printed on the cover.
    #[graphql(complexity = "TEXT_COST")]
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The author's books, in the order of their ids.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn books(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The most books in the page, 1 to 100; 20 unless told.")] first: Option<i32>,
        #[graphql(desc = "The cursor that the page starts behind.")] after: Option<String>,
    ) -> Result<BookConnection, Fault> {
        BookConnection::load(ctx, Some(self.0.id), first, after)
    }
}
