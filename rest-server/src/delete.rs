//! `DELETE /v1/books/{id}`: deletes a book.

use axum::extract::State;
use axum::http::StatusCode;
use hardening_rest::openapi::{Always, OptionalIfMatch, PreconditionFailed};
use hardening_rest::{Conditions, PathId, Positive};

use crate::App;
use crate::model::Book;
use crate::openapi::NoSuchBook;
use crate::problem::Problem;

/// Delete a book
///
/// At any revision, unless `If-Match` lists the revisions to delete.
#[utoipa::path(
    delete,
    path = "/v1/books/{id}",
    operation_id = "deleteBook",
    tag = "books",
    params(("id" = Positive, Path, description = "The book."), OptionalIfMatch),
    responses((status = 204, description = "The book is deleted"), NoSuchBook, PreconditionFailed, Always),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    PathId { id, .. }: PathId<Book>,
    conditions: Conditions,
) -> Result<StatusCode, Problem> {
    app.change(id, &conditions, |revision| app.shelf.delete_at(id, revision))?;
    Ok(StatusCode::NO_CONTENT)
}
