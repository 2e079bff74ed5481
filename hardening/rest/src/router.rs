//! `/v1/books`: an operation a file.

mod create;
mod delete;
mod get;
mod list;
mod update;

use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::conditions::etag;
use crate::model::Book;
use crate::resource::resource;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(resource(routes!(list::list, create::create))).routes(resource(routes!(
        get::get,
        update::update,
        delete::delete
    )))
}

fn reply(book: bookshelf::Book) -> Response {
    (etag(book.revision), axum::Json(Book::from(book))).into_response()
}
