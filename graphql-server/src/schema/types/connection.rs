//! Pages of books, as Relay's cursor connections specification defines them.
//!
//! This module defines the types itself. async-graphql's own `Connection` resolves its fields concurrently,
//! and then writes them in the order in which they complete. These types have the attribute `serial`, with
//! which the fields keep the order of the query.

use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, SimpleObject};
use bookshelf::page::MAX_PAGE_SIZE;
use bookshelf::{ListBooks, Page, Shelf};

use super::book::Book;
use crate::errors::ApiError;

pub(crate) struct BookConnection {
    query: ListBooks,
    page: Page,
}

impl BookConnection {
    pub(crate) async fn load(
        ctx: &Context<'_>,
        author_id: Option<u32>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, ApiError> {
        let page_size = first.map(u32::try_from).transpose().map_err(|_| {
            let first = first.unwrap_or_default();
            ApiError::invalid("first", &format!("must be from 1 to {MAX_PAGE_SIZE}, is {first}"))
        })?;
        let query = ListBooks { author_id, page_size, page_token: after };
        let page = ctx.data::<Shelf>()?.list(&query).await?;
        Ok(Self { query, page })
    }

    /// Returns the cursor of a book on this page. A client passes it as `after` to request the books that
    /// follow.
    fn cursor(&self, book: &bookshelf::Book) -> String {
        self.query.token_after(book.id)
    }
}

/// A page of books.
#[Object(serial)]
impl BookConnection {
    /// Books of the page with their cursors.
    async fn edges(&self) -> Vec<BookEdge> {
        let edge = |book: &bookshelf::Book| BookEdge { cursor: self.cursor(book), node: Book(book.clone()) };
        self.page.books.iter().map(edge).collect()
    }

    /// Books of the page.
    async fn nodes(&self) -> Vec<Book> {
        self.page.books.iter().cloned().map(Book).collect()
    }

    /// Cursors of the first and last book of the page, and flags for pages before and after it.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.page.next_page_token.is_some(),
            end_cursor: self.page.books.last().map(|book| self.cursor(book)),
            // The argument `after` is the cursor of a book before the page.
            has_previous_page: self.query.page_token.is_some(),
            start_cursor: self.page.books.first().map(|book| self.cursor(book)),
        }
    }
}

/// A book in a page.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct BookEdge {
    /// Cursor of the book. Pass it as the argument `after` to get the books that follow.
    cursor: String,
    /// The book.
    node: Book,
}
