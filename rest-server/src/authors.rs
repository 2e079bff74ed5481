//! `/v1/authors`.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::input::{AcceptsJson, AuthorId};
use crate::model::Author;
use crate::openapi::{Always, NoSuchAuthorId, NotAcceptable};
use crate::problem::Problem;
use crate::resource::resource;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(resource(routes!(get)))
}

/// Get an author
#[utoipa::path(
    get,
    path = "/v1/authors/{id}",
    operation_id = "getAuthor",
    tag = "authors",
    params(AuthorId),
    responses((status = 200, description = "The author", body = Author), NoSuchAuthorId, NotAcceptable, Always),
)]
async fn get(
    State(app): State<App>,
    AuthorId { id }: AuthorId,
    _: AcceptsJson,
) -> Result<Json<Author>, Problem> {
    Ok(Json(app.shelf.author(id)?.into()))
}
