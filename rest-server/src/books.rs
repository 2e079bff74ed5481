//! `/v1/books`.

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use bookshelf::{Book, BookPatch, ListBooks, NewBook};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::revision::{IfMatch, etag};

pub(crate) async fn get(State(app): State<App>, Path(id): Path<u32>) -> Result<impl IntoResponse, Problem> {
    let book = app.shelf.book(id)?;
    Ok((etag(&book), JsonBody(book)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    author_id: Option<u32>,
    page_size: Option<u32>,
    page_token: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct BookList {
    books: Vec<Book>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

pub(crate) async fn list(
    State(app): State<App>,
    Query(ListQuery { author_id, page_size, page_token }): Query<ListQuery>,
) -> Result<JsonBody<BookList>, Problem> {
    let page = app.shelf.list(&ListBooks { author_id, page_size, page_token })?;
    Ok(JsonBody(BookList { books: page.books, next_page_token: page.next_page_token }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateBody {
    title: String,
    author_id: u32,
    year: i32,
}

pub(crate) async fn create(
    State(app): State<App>,
    Json(CreateBody { title, author_id, year }): Json<CreateBody>,
) -> Result<impl IntoResponse, Problem> {
    let book = app.shelf.create(NewBook { title, author_id, year })?;
    let location = [(LOCATION, format!("/v1/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, etag(&book), JsonBody(book)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateBody {
    title: Option<String>,
    author_id: Option<u32>,
    year: Option<i32>,
}

pub(crate) async fn update(
    State(app): State<App>,
    Path(id): Path<u32>,
    IfMatch(revision): IfMatch,
    Json(UpdateBody { title, author_id, year }): Json<UpdateBody>,
) -> Result<impl IntoResponse, Problem> {
    let book = app.shelf.update(id, revision, BookPatch { title, author_id, year })?;
    Ok((etag(&book), JsonBody(book)))
}

pub(crate) async fn delete(State(app): State<App>, Path(id): Path<u32>) -> Result<StatusCode, Problem> {
    app.shelf.delete(id)?;
    Ok(StatusCode::NO_CONTENT)
}
