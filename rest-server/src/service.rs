//! The seven operations of the bookshelf: list, get, create, update, delete, author, watch.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use bookshelf::{Author, Error, Shelf};
use futures_util::{StreamExt as _, stream};
use hardening_http::Shutdown;
use hardening_rest::{
    AcceptsEvents, AcceptsJson, Conditions, JsonBody, JsonResponse, LastEventId, MergePatchBody, PathId,
    Query, events, with_etag,
};

use crate::convert::{self, AuthorId, BookId, BookList};
use crate::problem::Problem;

#[derive(Clone)]
pub(crate) struct Service {
    shelf: Shelf,
    /// Shutdown signal, which ends the event streams. It is in an `Arc` because axum clones the state for
    /// each request, and cloning a `Shutdown` itself would take a lock.
    shutdown: Arc<Shutdown>,
}

/// `GET /v1/books`: lists books in pages, ordered by id.
pub(crate) async fn list(
    State(service): State<Service>,
    _: AcceptsJson,
    query: Query,
) -> Result<JsonResponse<BookList>, Problem> {
    let page = service.shelf.list(&query.read(convert::list_books)?).await?;
    Ok(JsonResponse(page.into()))
}

/// `GET /v1/books/{id}`: returns a book, or 304 if the client has its current revision.
pub(crate) async fn get(
    State(service): State<Service>,
    PathId { id, .. }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let book = service.shelf.book(id).await?;
    Ok(conditions.respond(book.revision, || JsonResponse(book))?)
}

/// `POST /v1/books`: creates a book.
pub(crate) async fn create(
    State(service): State<Service>,
    _: AcceptsJson,
    body: JsonBody,
) -> Result<impl IntoResponse, Problem> {
    let book = service.shelf.create(body.read(convert::new_book).await?).await?;
    let location = [(LOCATION, format!("/v1/books/{}", book.id))];
    Ok((StatusCode::CREATED, location, with_etag(book.revision, JsonResponse(book))))
}

/// `PATCH /v1/books/{id}`: updates a book with a JSON merge patch (RFC 7396).
pub(crate) async fn update(
    State(service): State<Service>,
    PathId { id, .. }: BookId,
    _: AcceptsJson,
    conditions: Conditions,
    body: MergePatchBody,
) -> Result<Response, Problem> {
    // Every error that does not depend on the body is reported before the body is read.
    let book = service.shelf.book(id).await?;
    conditions.require_if_match()?;
    conditions.check(book.revision)?;
    let patch = body.read(convert::book_patch).await?;
    let book =
        service.change(id, &conditions, |revision| service.shelf.update(id, revision, patch.clone())).await?;
    Ok(with_etag(book.revision, JsonResponse(book)))
}

/// `DELETE /v1/books/{id}`: deletes a book.
pub(crate) async fn delete(
    State(service): State<Service>,
    PathId { id, .. }: BookId,
    conditions: Conditions,
) -> Result<StatusCode, Problem> {
    service.change(id, &conditions, |revision| service.shelf.delete_at(id, revision)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/authors/{id}`: returns an author.
pub(crate) async fn author(
    State(service): State<Service>,
    PathId { id, .. }: AuthorId,
    _: AcceptsJson,
) -> Result<JsonResponse<Author>, Problem> {
    Ok(JsonResponse(service.shelf.author(id).await?))
}

/// `GET /v1/books/changes`: sends changes as server-sent events, from now on or after `Last-Event-ID`.
pub(crate) async fn watch(
    State(service): State<Service>,
    _: AcceptsEvents,
    query: Query,
    LastEventId(last): LastEventId,
) -> Result<impl IntoResponse, Problem> {
    let limit = query.read(convert::limit)?;
    let newest = service.shelf.last_change().await?;
    let after = last.unwrap_or(newest);
    // The subscription starts before the response, so the client misses no later change.
    let events = if after > newest {
        let unknown = convert::error_event(newest, &Problem::unknown_change(after, newest));
        stream::iter([unknown]).left_stream()
    } else {
        convert::events(service.shelf.watch_after(after).into_stream(), after).right_stream()
    };
    Ok(events::respond(events.take(limit), &service.shutdown))
}

impl Service {
    pub(crate) fn new(shelf: Shelf, shutdown: Shutdown) -> Self {
        Self { shelf, shutdown: shutdown.into() }
    }

    /// Reads the current revision of a book, checks that it meets `conditions`, and calls `change` with it.
    /// If another client changes the book between the check and the call, repeats both with the new revision.
    pub(crate) async fn change<T, F>(
        &self,
        id: u32,
        conditions: &Conditions,
        change: impl Fn(u32) -> F,
    ) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Error>>,
    {
        loop {
            let revision = self.shelf.book(id).await?.revision;
            conditions.check(revision)?;
            match change(revision).await {
                Err(Error::Conflict { .. }) => {}
                result => return Ok(result?),
            }
        }
    }
}
