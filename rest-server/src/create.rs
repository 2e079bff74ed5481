//! `POST /v1/books`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, HeaderName, LOCATION};
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa::ToSchema;

use super::reply;
use crate::App;
use crate::input::{AcceptsJson, Fields, JsonBody, MAX_ID, Unread, integer};
use crate::model::{self, Book, YEARS};
use crate::openapi::{Always, BadBody, NoSuchAuthor, NotAcceptable, ShelfFull};
use crate::problem::Problem;

/// A book that is not on the shelf yet.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBook {
    #[schema(schema_with = crate::openapi::title)]
    title: String,
    /// An author of the shelf.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    author_id: u32,
    /// Of first publication.
    #[schema(format = Int32, minimum = -3000, maximum = 2100, example = 2026)]
    year: i32,
}

impl JsonBody for NewBook {
    const MEDIA_TYPES: &'static str = "application/json";
    const NAMED_BY: HeaderName = ACCEPT;

    fn read(fields: &mut Fields<Value>) -> Option<Self> {
        let title = fields.required("title", model::title);
        let author_id = fields.required("author_id", integer(1..=MAX_ID));
        let year = fields.required("year", integer(YEARS));
        Some(Self { title: title?, author_id: author_id?, year: year? })
    }
}

/// Create a book
#[utoipa::path(
    post,
    path = "/v1/books",
    operation_id = "createBook",
    tag = "books",
    request_body = NewBook,
    responses(
        (
            status = 201, description = "The book, as it is on the shelf now", body = Book,
            headers(("Location", description = "Its path"), ("ETag", description = "Its revision")),
            links(
                ("get" = (operation_id = "getBook", parameters(("id" = "$response.body#/id")))),
                ("update" = (
                    operation_id = "updateBook",
                    parameters(("id" = "$response.body#/id"), ("If-Match" = "$response.header.ETag")),
                )),
                ("delete" = (
                    operation_id = "deleteBook",
                    parameters(("id" = "$response.body#/id"), ("If-Match" = "$response.header.ETag")),
                )),
            ),
        ),
        BadBody, NoSuchAuthor, ShelfFull, NotAcceptable, Always,
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    _: AcceptsJson,
    body: Unread<NewBook>,
) -> Result<impl IntoResponse, Problem> {
    let NewBook { title, author_id, year } = body.json().await?;
    let book = app.shelf.create(bookshelf::NewBook { title, author_id, year })?;
    let location = [(LOCATION, format!("/v1/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, reply(book)))
}
