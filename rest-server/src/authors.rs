//! `GET /v1/authors/{id}`: returns an author.

use axum::Json;
use axum::extract::State;
use bookshelf::Author;
use hardening_rest::{AcceptsJson, PathId};

use crate::App;
use crate::fields::AuthorId;
use crate::problem::Problem;

pub(crate) async fn authors(
    State(app): State<App>,
    PathId { id, .. }: AuthorId,
    _: AcceptsJson,
) -> Result<Json<Author>, Problem> {
    Ok(Json(app.shelf.author(id)?))
}
