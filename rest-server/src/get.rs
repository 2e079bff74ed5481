//! `GET /v1/books/{id}`: returns a book.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use hardening_rest::openapi::{Always, IfNoneMatch, NotAcceptable, PreconditionFailed};
use hardening_rest::{AcceptsJson, Conditions, PathId, Positive};

use crate::App;
use crate::model::Book;
use crate::openapi::NoSuchBook;
use crate::problem::Problem;

/// Get a book
#[utoipa::path(
    get,
    path = "/v1/books/{id}",
    operation_id = "getBook",
    tag = "books",
    params(("id" = Positive, Path, description = "The book."), IfNoneMatch),
    responses(
        (status = 200, description = "The book", body = Book, headers(("ETag", description = "Its revision"))),
        (status = 304, description = "The cached book is current", headers(("ETag", description = "Its revision"))),
        NoSuchBook, NotAcceptable, PreconditionFailed, Always,
    ),
)]
pub(crate) async fn get(
    State(app): State<App>,
    PathId { id, .. }: PathId<Book>,
    _: AcceptsJson,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let book = app.shelf.book(id)?;
    Ok(conditions.respond(book.revision, || Json(Book::from(book)))?)
}
