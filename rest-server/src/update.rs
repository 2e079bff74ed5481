//! `PATCH /v1/books/{id}`: a JSON merge patch (RFC 7396).

use axum::extract::State;
use axum::http::header::HeaderName;
use axum::response::Response;
use bookshelf::BookPatch;
use serde_json::Value;
use utoipa::ToSchema;

use super::reply;
use crate::App;
use crate::conditions::Conditions;
use crate::input::{AcceptsJson, BookId, Fields, JsonBody, MAX_ID, Unread, integer};
use crate::model::{self, Book, YEARS};
use crate::openapi::{
    Always, BadBody, IfMatch, NoSuchAuthor, NoSuchBook, NotAcceptable, PreconditionFailed,
    PreconditionRequired,
};
use crate::problem::Problem;

/// Changes to a book. What is left out stays as it is. Nothing can be removed by `null`: a book has all of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(super) struct Patch {
    #[schema(schema_with = crate::openapi::title, required = false)]
    title: Option<String>,
    /// An author of the shelf.
    #[schema(nullable = false, format = Int64, minimum = 1, maximum = 4294967295u32)]
    author_id: Option<u32>,
    /// Of first publication.
    #[schema(nullable = false, format = Int32, minimum = -3000, maximum = 2100, example = 1991)]
    year: Option<i32>,
}

impl JsonBody for Patch {
    const MEDIA_TYPES: &'static str = "application/merge-patch+json, application/json";
    const NAMED_BY: HeaderName = HeaderName::from_static("accept-patch");

    fn read(fields: &mut Fields<Value>) -> Option<Self> {
        Some(Self {
            title: fields.optional("title", model::title),
            author_id: fields.optional("author_id", integer(1..=MAX_ID)),
            year: fields.optional("year", integer(YEARS)),
        })
    }
}

/// Change a book
///
/// By a JSON merge patch (RFC 7396). `If-Match` guards against overwriting what someone else has changed.
#[utoipa::path(
    patch,
    path = "/v1/books/{id}",
    operation_id = "updateBook",
    tag = "books",
    params(BookId, IfMatch),
    request_body(content((Patch = "application/merge-patch+json"), (Patch = "application/json"))),
    responses(
        (
            status = 200, description = "The book, as it is now", body = Book,
            headers(("ETag", description = "Its new revision")),
        ),
        PreconditionFailed, PreconditionRequired, BadBody, NoSuchBook, NoSuchAuthor, NotAcceptable, Always,
    ),
)]
pub(super) async fn update(
    State(app): State<App>,
    BookId { id }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
    body: Unread<Patch>,
) -> Result<Response, Problem> {
    let book = app.shelf.book(id)?;
    conditions.demand_if_match()?;
    // After what the head alone rules out, which `Unread` has seen to, and before a body is read for nothing.
    conditions.check(&book)?;
    let Patch { title, author_id, year } = body.json().await?;
    let patch = BookPatch { title, author_id, year };
    let book = conditions.change(&app.shelf, id, |revision| app.shelf.update(id, revision, patch.clone()))?;
    Ok(reply(book))
}
