//! Books, and the input that creates and updates them.

use async_graphql::{Context, ID, InputObject, Object, QueryPathNode, QueryPathSegment};
use bookshelf::{Entity, Shelf};

use super::author::Author;
use super::author_loader::AuthorLoader;
use crate::errors::ApiError;
use crate::limits::TEXT_COST;

pub(crate) struct Book(pub(crate) bookshelf::Book);

/// A book on the shelf.
#[Object(serial)]
impl Book {
    /// Unique id, assigned by the server and never reused.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Title as printed on the cover.
    #[graphql(complexity = "TEXT_COST")]
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Author of the book.
    async fn author(&self, ctx: &Context<'_>) -> Result<Author, ApiError> {
        let id = self.0.author_id;
        let mut path = ctx.path_node.iter().flat_map(QueryPathNode::parents);
        // The books of a list share a batch. For a single book, a batch would cost more than the call.
        if !path.any(|node| matches!(node.segment, QueryPathSegment::Index(_))) {
            return Ok(Author(ctx.data::<Shelf>()?.author(id).await?));
        }
        let author = ctx.data::<AuthorLoader>()?.load_one(id).await?;
        author.map(Author).ok_or_else(|| ApiError::not_found(Entity::Author, &id.to_string()))
    }

    /// Year of first publication. Years before the common era are negative.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// Revision of the book: 1 at first, incremented by each update. An update names the revision that it is based on.
    async fn revision(&self) -> u32 {
        self.0.revision
    }
}

/// A new book.
#[derive(InputObject)]
pub(crate) struct CreateBookInput {
    /// Title, 1 to 200 characters.
    pub(crate) title: String,
    /// Id of the author.
    pub(crate) author_id: ID,
    /// Year of first publication, from -3000 to 2100.
    pub(crate) year: i32,
}

/// New values for a book. A field that is omitted or null keeps its value.
#[derive(InputObject)]
pub(crate) struct UpdateBookInput {
    /// Id of the book.
    pub(crate) id: ID,
    /// Revision that the new values are based on. The update fails if the book has another revision by now.
    pub(crate) revision: i32,
    /// New title.
    pub(crate) title: Option<String>,
    /// Id of the new author.
    pub(crate) author_id: Option<ID>,
    /// New year of first publication.
    pub(crate) year: Option<i32>,
}
