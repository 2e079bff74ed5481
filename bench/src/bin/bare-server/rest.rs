//! REST server for "get a book", with axum.

use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use bookshelf::{Book, Shelf};

pub(crate) fn router(shelf: Shelf) -> Router {
    Router::new().route("/v1/books/{id}", get(book)).with_state(shelf)
}

/// Returns a router for "get a book" that does not support conditional requests.
pub(crate) fn router_without_etag(shelf: Shelf) -> Router {
    Router::new().route("/v1/books/{id}", get(book_without_etag)).with_state(shelf)
}

async fn book(
    State(shelf): State<Shelf>,
    Path(id): Path<u32>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let book = shelf.book(id).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let etag = format!("\"{}\"", book.revision);
    if headers.get(IF_NONE_MATCH).is_some_and(|value| value == etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    Ok(([(ETAG, etag)], Json(book)).into_response())
}

async fn book_without_etag(
    State(shelf): State<Shelf>,
    Path(id): Path<u32>,
) -> Result<Json<Book>, StatusCode> {
    Ok(Json(shelf.book(id).await.map_err(|_| StatusCode::NOT_FOUND)?))
}
