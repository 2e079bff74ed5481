//! What can be read.

use async_graphql::{Context, ID, Object};
use bookshelf::Entity;

use crate::fault::Fault;
use crate::schema::author::Author;
use crate::schema::book::Book;
use crate::schema::connection::{BookConnection, page_cost};
use crate::schema::{id, shelf};

/// What can be read.
#[derive(Debug)]
pub(crate) struct Query;

// `Option<Result<…>>` is a nullable field that can fail: `null` and an error. With `Result<Option<…>>` the library would
// leave the field out of the answer.
/// What can be read.
#[Object]
impl Query {
    /// The book with that id; null, and an error with the code NOT_FOUND, when there is none.
    async fn book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the book.")] id: ID,
    ) -> Option<Result<Book, Fault>> {
        Some(find_book(ctx, &id))
    }

    /// The books, in the order of their ids.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn books(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Keeps the books of one author.")] author_id: Option<ID>,
        #[graphql(desc = "The most books in the page, 1 to 100; 20 unless told.")] first: Option<i32>,
        #[graphql(desc = "The cursor that the page starts behind.")] after: Option<String>,
    ) -> Result<BookConnection, Fault> {
        let author_id = author_id.as_ref().map(id::author_argument).transpose()?;
        BookConnection::load(ctx, author_id, first, after)
    }

    /// The author with that id; null, and an error with the code NOT_FOUND, when there is none.
    async fn author(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the author.")] id: ID,
    ) -> Option<Result<Author, Fault>> {
        Some(find_author(ctx, &id))
    }
}

fn find_book(ctx: &Context<'_>, id: &ID) -> Result<Book, Fault> {
    Ok(Book(shelf(ctx)?.book(id::look_up(id, Entity::Book)?)?))
}

fn find_author(ctx: &Context<'_>, id: &ID) -> Result<Author, Fault> {
    Ok(Author(shelf(ctx)?.author(id::look_up(id, Entity::Author)?)?))
}
