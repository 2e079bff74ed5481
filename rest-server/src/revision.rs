//! Revisions as `ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1).

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{ETAG, HeaderName, IF_MATCH};
use axum::http::request::Parts;
use bookshelf::Book;

use crate::problem::Problem;

/// The header that names a book's revision.
pub(crate) fn etag(book: &Book) -> [(HeaderName, String); 1] {
    [(ETAG, format!("\"{}\"", book.revision))]
}

/// The revision that the caller has read, from `If-Match`.
pub(crate) struct IfMatch(pub(crate) u32);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "say which revision you changed: If-Match with the ETag of the book as you read it",
            ));
        };
        let tag = value.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        tag.map(Self).ok_or_else(|| {
            Problem::new(StatusCode::BAD_REQUEST, "If-Match must be one ETag of a book, such as \"1\"")
        })
    }
}
