//! `POST /v1/books`: creates a book.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use hardening_rest::fields::RawValue;
use hardening_rest::openapi::{Always, BadBody, NotAcceptable};
use hardening_rest::{AcceptsJson, Fields, FromFields, JsonBody, Positive, with_etag};
use utoipa::ToSchema;

use crate::App;
use crate::model::{Book, Title, Year};
use crate::openapi::{NoSuchAuthor, ShelfFull};
use crate::problem::Problem;

/// A book to create.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBook {
    title: Title,
    /// An author on the shelf.
    author_id: Positive,
    year: Year,
}

impl FromFields for NewBook {
    fn from_fields<V: RawValue>(fields: &mut Fields<V>) -> Option<Self> {
        let title = fields.required("title");
        let author_id = fields.required("author_id");
        let year = fields.required("year");
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
            status = 201, description = "The created book", body = Book,
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
pub(crate) async fn create(
    State(app): State<App>,
    _: AcceptsJson,
    body: JsonBody<NewBook>,
) -> Result<impl IntoResponse, Problem> {
    let NewBook { title: Title(title), author_id: Positive(author_id), year: Year(year) } =
        body.read().await?;
    let book = app.shelf.create(bookshelf::NewBook { title, author_id, year })?;
    let location = [(LOCATION, format!("/v1/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, with_etag(book.revision, Json(Book::from(book)))))
}
