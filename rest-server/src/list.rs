//! `GET /v1/books`: lists books.

use axum::Json;
use axum::extract::State;
use bookshelf::ListBooks;
use bookshelf::page::MAX_PAGE_SIZE;
use hardening_rest::fields::{RawValue, integer};
use hardening_rest::openapi::{Always, BadQuery, NotAcceptable};
use hardening_rest::{AcceptsJson, Fields, FromField, FromFields, Positive, Query};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::model::Book;
use crate::openapi::NoSuchPage;
use crate::problem::Problem;

/// The books to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Lists only the books of this author.
    #[param(nullable = false)]
    author_id: Option<Positive>,
    /// Maximum number of books in the page.
    #[param(nullable = false, value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    page_size: Option<PageSize>,
    /// The `next_page_token` of the previous page, from a list with the same `author_id`.
    #[param(nullable = false)]
    page_token: Option<String>,
}

struct PageSize(u32);

impl FromField for PageSize {
    fn from_field<V: RawValue>(value: V) -> Result<Self, String> {
        integer(value, 1..=MAX_PAGE_SIZE.into()).map(Self)
    }
}

impl FromFields for ListQuery {
    fn from_fields<V: RawValue>(fields: &mut Fields<V>) -> Option<Self> {
        Some(Self {
            author_id: fields.optional("author_id"),
            page_size: fields.optional("page_size"),
            page_token: fields.optional("page_token"),
        })
    }
}

/// A page of books, ordered by id.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookList {
    books: Vec<Book>,
    /// The `page_token` of the next page. The last page has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_page_token: Option<String>,
}

/// List books
///
/// Pages are ordered by id. A book created or deleted between two pages neither repeats nor hides another.
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
pub(crate) async fn list(
    State(app): State<App>,
    _: AcceptsJson,
    Query(query): Query<ListQuery>,
) -> Result<Json<BookList>, Problem> {
    let page = app.shelf.list(&ListBooks {
        author_id: query.author_id.map(|Positive(id)| id),
        page_size: query.page_size.map(|PageSize(size)| size),
        page_token: query.page_token,
    })?;
    let books = page.books.into_iter().map(Book::from).collect();
    Ok(Json(BookList { books, next_page_token: page.next_page_token }))
}
