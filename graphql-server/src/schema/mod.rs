//! The seven operations of the bookshelf: list, get, create, update, delete, author, watch.
//!
//! The doc comments of types and fields are the descriptions that clients read in the schema.

pub(crate) mod types;

use async_graphql::{Context, ID, Object, Schema, SchemaBuilder};
use bookshelf::{BookPatch, Entity, NewBook, Shelf};
use futures_util::{Stream, StreamExt as _};
use hardening_graphql::limits::MAX_DEPTH;
use tokio_util::sync::CancellationToken;

use crate::errors::ApiError;
use crate::limits::{MAX_COST, page_cost};
use types::author::{Author, author_loader};
use types::book::{Book, CreateBookInput, UpdateBookInput};
use types::change::BookChange;
use types::connection::BookConnection;
use types::id;

pub(crate) struct Query;

// `Option<Result<...>>` is a nullable field that can fail: `null` and an error. For `Result<Option<...>>`
// async-graphql omits the field from the response.
/// Read operations.
#[Object]
impl Query {
    /// Lists books in the order of their ids.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn books(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only books of this author.")] author_id: Option<ID>,
        #[graphql(desc = "Maximum number of books in the page, 1 to 100. Default: 20.")] first: Option<i32>,
        #[graphql(desc = "The page begins after the book with this cursor.")] after: Option<String>,
    ) -> Result<BookConnection, ApiError> {
        let author_id = author_id.as_ref().map(id::author_argument).transpose()?;
        BookConnection::load(ctx, author_id, first, after).await
    }

    /// Gets a book. Returns null and an error with the code NOT_FOUND if there is none with this id.
    async fn book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the book.")] id: ID,
    ) -> Option<Result<Book, ApiError>> {
        let get = async || Ok(Book(ctx.data::<Shelf>()?.book(id::parse(&id, Entity::Book)?).await?));
        Some(get().await)
    }

    /// Gets an author. Returns null and an error with the code NOT_FOUND if there is none with this id.
    async fn author(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the author.")] id: ID,
    ) -> Option<Result<Author, ApiError>> {
        let get = async || Ok(Author(ctx.data::<Shelf>()?.author(id::parse(&id, Entity::Author)?).await?));
        Some(get().await)
    }
}

pub(crate) struct Mutation;

/// Write operations.
#[Object]
impl Mutation {
    /// Creates a book.
    async fn create_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new book.")] input: CreateBookInput,
    ) -> Result<Book, ApiError> {
        let CreateBookInput { title, author_id, year } = input;
        let author_id = id::author_argument(&author_id)?;
        Ok(Book(ctx.data::<Shelf>()?.create(NewBook { title, author_id, year }).await?))
    }

    /// Updates a book.
    async fn update_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The book and its new values.")] input: UpdateBookInput,
    ) -> Result<Book, ApiError> {
        let UpdateBookInput { id, revision, title, author_id, year } = input;
        let id = id::parse(&id, Entity::Book)?;
        let revision =
            u32::try_from(revision).map_err(|_| ApiError::invalid("revision", "must be at least 1"))?;
        let author_id = author_id.as_ref().map(id::author_argument).transpose()?;
        Ok(Book(ctx.data::<Shelf>()?.update(id, revision, BookPatch { title, author_id, year }).await?))
    }

    /// Deletes a book and returns its last state.
    async fn delete_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the book.")] id: ID,
    ) -> Result<Book, ApiError> {
        Ok(Book(ctx.data::<Shelf>()?.delete(id::parse(&id, Entity::Book)?).await?))
    }
}

pub(crate) struct Subscription;

/// Changes as they happen.
#[async_graphql::Subscription]
impl Subscription {
    /// Watches all books from now on. A client that is too slow receives an error with the code FELL_BEHIND, and its
    /// subscription ends.
    async fn book_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<BookChange, ApiError>> + use<>, ApiError> {
        let shutdown = ctx.data::<CancellationToken>()?;
        // No await precedes this line, so that the first poll of the subscription starts the watch.
        let changes = ctx.data::<Shelf>()?.watch().into_stream();
        Ok(changes
            .map(|change| change.map(BookChange::from).map_err(ApiError::from))
            .take_until(shutdown.clone().cancelled_owned()))
    }
}

/// Returns a schema builder whose resolvers use `shelf`. `shutdown` ends the subscriptions.
pub(crate) fn build(
    shelf: Shelf,
    shutdown: CancellationToken,
) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
        .data(author_loader(shelf.clone()))
        .data(shelf)
        .data(shutdown)
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_COST)
}
