//! A book.

use async_graphql::{Context, ID, Object};
use bookshelf::Entity;

use crate::fault::Fault;
use crate::limits::TEXT_COST;
use crate::schema::author::Author;
use crate::schema::authors::Authors;
use crate::schema::data;

/// One book on the shelf.
#[derive(Clone, Debug)]
pub(crate) struct Book(pub(super) bookshelf::Book);

/// One book on the shelf.
#[Object(serial)]
impl Book {
    /// Given by the shelf, and never used again.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// As printed on the cover.
    #[graphql(complexity = "TEXT_COST")]
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Author, Fault> {
        let id = self.0.author_id;
        let author = data::<Authors>(ctx)?.load_one(id).await?;
        author.map(Author).ok_or_else(|| Fault::not_found(Entity::Author, &id.to_string()))
    }

    /// Of first publication; a year before the common era is negative.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// Counts the changes of this book, from 1. An update names the revision that it was made from.
    async fn revision(&self) -> u32 {
        self.0.revision
    }
}
