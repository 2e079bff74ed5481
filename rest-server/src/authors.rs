//! `/v1/authors`.

use axum::Json;
use axum::extract::State;
use bookshelf::Author;

use crate::App;
use crate::extract::Path;
use crate::problem::Problem;

pub(crate) async fn get(State(app): State<App>, Path(id): Path<u32>) -> Result<Json<Author>, Problem> {
    Ok(Json(app.shelf.author(id)?))
}
