//! `GET /v1/authors/{id}`: returns an author.

use axum::Json;
use axum::extract::State;
use hardening_rest::openapi::{Always, NotAcceptable};
use hardening_rest::{AcceptsJson, PathId, Positive};

use crate::App;
use crate::model::Author;
use crate::openapi::NoSuchAuthorId;
use crate::problem::Problem;

/// Get an author
#[utoipa::path(
    get,
    path = "/v1/authors/{id}",
    operation_id = "getAuthor",
    tag = "authors",
    params(("id" = Positive, Path, description = "The author.")),
    responses((status = 200, description = "The author", body = Author), NoSuchAuthorId, NotAcceptable, Always),
)]
pub(crate) async fn authors(
    State(app): State<App>,
    PathId { id, .. }: PathId<Author>,
    _: AcceptsJson,
) -> Result<Json<Author>, Problem> {
    Ok(Json(app.shelf.author(id)?.into()))
}
