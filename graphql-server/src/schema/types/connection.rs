//! Lists of books in pages, the way Relay lays them out.

use async_graphql::{Context, Object, SimpleObject};
use bookshelf::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
use bookshelf::{ListBooks, Page};

use crate::fault::Fault;
use crate::limits::MAX_COST;
use crate::schema::book::Book;
use crate::schema::shelf;

/// What a page of books costs: what one book costs, times the books.
pub(super) fn page_cost(first: Option<i32>, cost_of_one: usize) -> usize {
    let books = first.map_or(DEFAULT_PAGE_SIZE, i32::unsigned_abs).clamp(1, MAX_PAGE_SIZE);
    // Capped, because pages within pages within pages cost more than a number holds.
    cost_of_one.saturating_mul(books as usize).min(MAX_COST) + 1
}

/// A page of books.
#[derive(Debug)]
pub(crate) struct BookConnection {
    query: ListBooks,
    page: Page,
}

impl BookConnection {
    pub(super) fn load(
        ctx: &Context<'_>,
        author_id: Option<u32>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, Fault> {
        let page_size = first.map(u32::try_from).transpose().map_err(|_| {
            let first = first.unwrap_or_default();
            Fault::invalid("first", &format!("must be from 1 to {MAX_PAGE_SIZE}, is {first}"))
        })?;
        let query = ListBooks { author_id, page_size, page_token: after };
        let page = shelf(ctx)?.list(&query)?;
        Ok(Self { query, page })
    }

    /// Any book can start the next page, not only the last of this one.
    fn cursor(&self, book: &bookshelf::Book) -> String {
        self.query.token_after(book.id)
    }
}

/// A page of books.
#[Object(serial)]
impl BookConnection {
    /// The books, each with its cursor.
    async fn edges(&self) -> Vec<BookEdge> {
        let edge = |book: &bookshelf::Book| BookEdge { cursor: self.cursor(book), node: Book(book.clone()) };
        self.page.books.iter().map(edge).collect()
    }

    /// The books alone.
    async fn nodes(&self) -> Vec<Book> {
        self.page.books.iter().cloned().map(Book).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.page.next_page_token.is_some(),
            end_cursor: self.page.books.last().map(|book| self.cursor(book)),
            // A cursor names a book, and that book stands before the page.
            has_previous_page: self.query.page_token.is_some(),
            start_cursor: self.page.books.first().map(|book| self.cursor(book)),
        }
    }
}

/// A book in a page.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub(crate) struct BookEdge {
    /// Asks for the books behind this one, as the argument `after`.
    cursor: String,
    /// The book.
    node: Book,
}

/// Where a page stands in its list.
#[derive(Debug, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there are books behind the page.
    has_next_page: bool,
    /// The cursor of the last book; null when the page is empty.
    end_cursor: Option<String>,
    /// Whether there are books before the page.
    has_previous_page: bool,
    /// The cursor of the first book; null when the page is empty.
    start_cursor: Option<String>,
}
