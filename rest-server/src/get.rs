//! `GET /v1/books/{id}`: returns a book, or 304 if the client has its current revision.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use hardening_rest::{AcceptsJson, Conditions, PathId};

use crate::App;
use crate::fields::BookId;
use crate::problem::Problem;

pub(crate) async fn get(
    State(app): State<App>,
    PathId { id, .. }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let book = app.shelf.book(id)?;
    Ok(conditions.respond(book.revision, || Json(book))?)
}
