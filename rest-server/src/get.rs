//! `GET /v1/books/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::reply;
use crate::App;
use crate::conditions::{Conditions, not_modified};
use crate::input::{AcceptsJson, BookId};
use crate::model::Book;
use crate::openapi::{Always, IfNoneMatch, NoSuchBook, NotAcceptable, PreconditionFailed};
use crate::problem::Problem;

/// Get a book
#[utoipa::path(
    get,
    path = "/v1/books/{id}",
    operation_id = "getBook",
    tag = "books",
    params(BookId, IfNoneMatch),
    responses(
        (status = 200, description = "The book", body = Book, headers(("ETag", description = "Its revision"))),
        (status = 304, description = "The client has it already", headers(("ETag", description = "Its revision"))),
        NoSuchBook, NotAcceptable, PreconditionFailed, Always,
    ),
)]
pub(super) async fn get(
    State(app): State<App>,
    BookId { id }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let book = app.shelf.book(id)?;
    if conditions.has(&book)? {
        return Ok(not_modified(book.revision));
    }
    Ok(reply(book))
}
