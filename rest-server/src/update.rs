//! `PATCH /v1/books/{id}`: updates a book with a JSON merge patch (RFC 7396).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use bookshelf::BookPatch;
use hardening_rest::fields::RawValue;
use hardening_rest::openapi::{
    Always, BadBody, IfMatch, NotAcceptable, PreconditionFailed, PreconditionRequired,
};
use hardening_rest::{
    AcceptsJson, Conditions, Fields, FromFields, MergePatchBody, PathId, Positive, with_etag,
};
use utoipa::ToSchema;

use crate::App;
use crate::model::{Book, Title, Year};
use crate::openapi::{NoSuchAuthor, NoSuchBook};
use crate::problem::Problem;

/// Changes to a book. Omitted fields keep their values. `null` is invalid: no field can be removed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct Patch {
    #[schema(nullable = false)]
    title: Option<Title>,
    /// An author on the shelf.
    #[schema(nullable = false)]
    author_id: Option<Positive>,
    #[schema(nullable = false)]
    year: Option<Year>,
}

impl FromFields for Patch {
    fn from_fields<V: RawValue>(fields: &mut Fields<V>) -> Option<Self> {
        Some(Self {
            title: fields.optional("title"),
            author_id: fields.optional("author_id"),
            year: fields.optional("year"),
        })
    }
}

/// Update a book
///
/// With a JSON merge patch (RFC 7396). `If-Match` prevents overwriting the change of another client.
#[utoipa::path(
    patch,
    path = "/v1/books/{id}",
    operation_id = "updateBook",
    tag = "books",
    params(("id" = Positive, Path, description = "The book."), IfMatch),
    request_body(content((Patch = "application/merge-patch+json"), (Patch = "application/json"))),
    responses(
        (
            status = 200, description = "The updated book", body = Book,
            headers(("ETag", description = "Its new revision")),
        ),
        PreconditionFailed, PreconditionRequired, BadBody, NoSuchBook, NoSuchAuthor, NotAcceptable, Always,
    ),
)]
pub(crate) async fn update(
    State(app): State<App>,
    PathId { id, .. }: PathId<Book>,
    _: AcceptsJson,
    conditions: Conditions,
    body: MergePatchBody<Patch>,
) -> Result<Response, Problem> {
    // Every error that does not depend on the body is reported before the body is read.
    let book = app.shelf.book(id)?;
    conditions.require_if_match()?;
    conditions.check(book.revision)?;
    let patch = BookPatch::from(body.read().await?);
    let book = app.change(id, &conditions, |revision| app.shelf.update(id, revision, patch.clone()))?;
    Ok(with_etag(book.revision, Json(Book::from(book))))
}

impl From<Patch> for BookPatch {
    fn from(patch: Patch) -> Self {
        Self {
            title: patch.title.map(|Title(title)| title),
            author_id: patch.author_id.map(|Positive(id)| id),
            year: patch.year.map(|Year(year)| year),
        }
    }
}
