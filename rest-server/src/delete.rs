//! `DELETE /v1/books/{id}`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::App;
use crate::conditions::Conditions;
use crate::input::BookId;
use crate::openapi::{Always, MayIfMatch, NoSuchBook, PreconditionFailed};
use crate::problem::Problem;

/// Delete a book
///
/// Whatever its revision, unless `If-Match` says which.
#[utoipa::path(
    delete,
    path = "/v1/books/{id}",
    operation_id = "deleteBook",
    tag = "books",
    params(BookId, MayIfMatch),
    responses((status = 204, description = "It is off the shelf"), NoSuchBook, PreconditionFailed, Always),
)]
pub(super) async fn delete(
    State(app): State<App>,
    BookId { id }: BookId,
    conditions: Conditions,
) -> Result<StatusCode, Problem> {
    conditions.change(&app.shelf, id, |revision| app.shelf.delete_at(id, revision))?;
    Ok(StatusCode::NO_CONTENT)
}
