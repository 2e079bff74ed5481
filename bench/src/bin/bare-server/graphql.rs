//! GraphQL server for "get a book", with async-graphql and axum.

use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Result, Schema, SimpleObject};
use async_graphql_axum::GraphQL;
use axum::Router;
use bookshelf::Shelf;

pub(crate) fn router(shelf: Shelf) -> Router {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(shelf).finish();
    Router::new().route_service("/graphql", GraphQL::new(schema))
}

struct Query;

#[Object]
impl Query {
    async fn book(&self, ctx: &Context<'_>, id: ID) -> Result<Book> {
        Ok(Book(ctx.data::<Shelf>()?.book(id.parse()?).await?))
    }
}

struct Book(bookshelf::Book);

#[Object]
impl Book {
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    async fn title(&self) -> &str {
        &self.0.title
    }

    async fn author(&self, ctx: &Context<'_>) -> Result<Author> {
        let bookshelf::Author { id, name } = ctx.data::<Shelf>()?.author(self.0.author_id).await?;
        Ok(Author { id: id.into(), name })
    }

    async fn year(&self) -> i32 {
        self.0.year
    }

    async fn revision(&self) -> u32 {
        self.0.revision
    }
}

#[derive(SimpleObject)]
struct Author {
    id: ID,
    name: String,
}
