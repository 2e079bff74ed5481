//! `POST /v1/books`: creates a book.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use bookshelf::NewBook;
use hardening_rest::fields::positive;
use hardening_rest::{AcceptsJson, Fields, JsonBody, with_etag};
use serde_json::Value;

use crate::App;
use crate::fields::{title, year};
use crate::problem::Problem;

pub(crate) async fn create(
    State(app): State<App>,
    _: AcceptsJson,
    body: JsonBody,
) -> Result<impl IntoResponse, Problem> {
    let book = app.shelf.create(body.read(new_book).await?)?;
    let location = [(LOCATION, format!("/v1/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, with_etag(book.revision, Json(book))))
}

fn new_book(fields: &mut Fields<Value>) -> Option<NewBook> {
    let title = fields.required("title", title);
    let author_id = fields.required("author_id", positive);
    let year = fields.required("year", year);
    Some(NewBook { title: title?, author_id: author_id?, year: year? })
}
