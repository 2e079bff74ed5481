//! `DELETE /v1/books/{id}`: deletes a book.

use axum::extract::State;
use axum::http::StatusCode;
use hardening_rest::{Conditions, PathId};

use crate::App;
use crate::fields::BookId;
use crate::problem::Problem;

pub(crate) async fn delete(
    State(app): State<App>,
    PathId { id, .. }: BookId,
    conditions: Conditions,
) -> Result<StatusCode, Problem> {
    app.change(id, &conditions, |revision| app.shelf.delete_at(id, revision))?;
    Ok(StatusCode::NO_CONTENT)
}
