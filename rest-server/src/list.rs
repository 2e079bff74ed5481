//! `GET /v1/books`: lists books in pages, ordered by id.

use axum::Json;
use axum::extract::State;
use bookshelf::page::{ListBooks, MAX_PAGE_SIZE};
use bookshelf::{Book, Page};
use hardening_rest::fields::{integer, positive, text};
use hardening_rest::{AcceptsJson, Fields, Query};
use serde::Serialize;

use crate::App;
use crate::problem::Problem;

pub(crate) async fn list(
    State(app): State<App>,
    _: AcceptsJson,
    query: Query,
) -> Result<Json<BookList>, Problem> {
    let page = app.shelf.list(&query.read(list_books)?)?;
    Ok(Json(page.into()))
}

fn list_books(fields: &mut Fields<String>) -> Option<ListBooks> {
    Some(ListBooks {
        author_id: fields.optional("author_id", positive),
        page_size: fields.optional("page_size", integer(1..=MAX_PAGE_SIZE.into())),
        page_token: fields.optional("page_token", text),
    })
}

#[derive(Serialize)]
pub(crate) struct BookList {
    books: Vec<Book>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

impl From<Page> for BookList {
    fn from(page: Page) -> Self {
        Self { books: page.books, next_page_token: page.next_page_token }
    }
}
