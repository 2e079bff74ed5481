//! What can be changed.

use async_graphql::{Context, ID, InputObject, Object};
use bookshelf::{BookPatch, Entity, NewBook};

use crate::fault::Fault;
use crate::schema::book::Book;
use crate::schema::{id, shelf};

/// A book that is not on the shelf yet.
#[derive(Debug, InputObject)]
pub(crate) struct CreateBookInput {
    /// 1 to 200 characters.
    title: String,
    /// An author of the shelf.
    author_id: ID,
    /// Of first publication, from -3000 to 2100.
    year: i32,
}

/// Changes to a book. A field that is left out, or null, stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct UpdateBookInput {
    /// The book to change.
    id: ID,
    /// The revision that the changes were made from; the update fails when the book has another one by now.
    revision: i32,
    /// The new title.
    title: Option<String>,
    /// The new author.
    author_id: Option<ID>,
    /// The new year.
    year: Option<i32>,
}

/// What can be changed.
#[derive(Debug)]
pub(crate) struct Mutation;

/// What can be changed.
#[Object]
impl Mutation {
    /// Puts a new book on the shelf.
    async fn create_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new book.")] input: CreateBookInput,
    ) -> Result<Book, Fault> {
        let CreateBookInput { title, author_id, year } = input;
        let author_id = id::author_argument(&author_id)?;
        Ok(Book(shelf(ctx)?.create(NewBook { title, author_id, year })?))
    }

    /// Changes a book.
    async fn update_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The book and its changes.")] input: UpdateBookInput,
    ) -> Result<Book, Fault> {
        let UpdateBookInput { id, revision, title, author_id, year } = input;
        let id = id::look_up(&id, Entity::Book)?;
        let revision = u32::try_from(revision).map_err(|_| Fault::invalid("revision", "must be from 1"))?;
        let author_id = author_id.as_ref().map(id::author_argument).transpose()?;
        Ok(Book(shelf(ctx)?.update(id, revision, BookPatch { title, author_id, year })?))
    }

    /// Takes a book off the shelf; the answer is the book as it last was.
    async fn delete_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The book to take off.")] id: ID,
    ) -> Result<Book, Fault> {
        Ok(Book(shelf(ctx)?.delete(id::look_up(&id, Entity::Book)?)?))
    }
}
