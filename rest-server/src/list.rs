//! `GET /v1/books`.

use axum::Json;
use axum::extract::State;
use bookshelf::ListBooks;
use bookshelf::page::MAX_PAGE_SIZE;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::input::{AcceptsJson, Fields, FromQuery, MAX_ID, Query, integer, text};
use crate::model::Book;
use crate::openapi::{Always, BadQuery, NoSuchPage, NotAcceptable};
use crate::problem::Problem;

/// Which books to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Keeps the books of one author.
    #[param(nullable = false, format = Int64, minimum = 1, maximum = 4294967295u32)]
    author_id: Option<u32>,
    /// The most books in a page.
    #[param(nullable = false, format = Int64, minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// The `next_page_token` of the page before, from a list with the same `author_id`.
    #[param(nullable = false)]
    page_token: Option<String>,
}

impl FromQuery for ListQuery {
    fn read(fields: &mut Fields<String>) -> Option<Self> {
        Some(Self {
            author_id: fields.optional("author_id", integer(1..=MAX_ID)),
            page_size: fields.optional("page_size", integer(1..=MAX_PAGE_SIZE.into())),
            page_token: fields.optional("page_token", text),
        })
    }
}

/// A page of books, in the order of their ids.
#[derive(Serialize, ToSchema)]
pub(super) struct BookList {
    books: Vec<Book>,
    /// Asks for the next page; the last has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
}

/// List books
///
/// In pages, in the order of their ids. Books that come or go between two pages neither repeat nor hide another.
#[utoipa::path(
    get,
    path = "/v1/books",
    operation_id = "listBooks",
    tag = "books",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of books", body = BookList),
        BadQuery, NoSuchPage, NotAcceptable, Always,
    ),
)]
pub(super) async fn list(
    State(app): State<App>,
    _: AcceptsJson,
    Query(ListQuery { author_id, page_size, page_token }): Query<ListQuery>,
) -> Result<Json<BookList>, Problem> {
    let page = app.shelf.list(&ListBooks { author_id, page_size, page_token })?;
    let books = page.books.into_iter().map(Book::from).collect();
    Ok(Json(BookList { books, next_page_token: page.next_page_token }))
}
