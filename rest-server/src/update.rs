//! `PATCH /v1/books/{id}`: updates a book with a JSON merge patch (RFC 7396).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use bookshelf::BookPatch;
use hardening_rest::fields::positive;
use hardening_rest::{AcceptsJson, Conditions, Fields, MergePatchBody, PathId, with_etag};
use serde_json::Value;

use crate::App;
use crate::fields::{BookId, title, year};
use crate::problem::Problem;

pub(crate) async fn update(
    State(app): State<App>,
    PathId { id, .. }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
    body: MergePatchBody,
) -> Result<Response, Problem> {
    // Every error that does not depend on the body is reported before the body is read.
    let book = app.shelf.book(id)?;
    conditions.require_if_match()?;
    conditions.check(book.revision)?;
    let patch = body.read(book_patch).await?;
    let book = app.change(id, &conditions, |revision| app.shelf.update(id, revision, patch.clone()))?;
    Ok(with_etag(book.revision, Json(book)))
}

fn book_patch(fields: &mut Fields<Value>) -> Option<BookPatch> {
    Some(BookPatch {
        title: fields.optional("title", title),
        author_id: fields.optional("author_id", positive),
        year: fields.optional("year", year),
    })
}
