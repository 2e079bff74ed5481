//! The header of a reader that comes back.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::problem::{FieldError, Problem};

/// The `id` of the last event that a reader has seen, when it comes back.
pub(crate) struct LastEventId(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("last-event-id") else {
            return Ok(Self(None));
        };
        let id = value.to_str().ok().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        id.and_then(|id| id.parse().ok()).map(|id| Self(Some(id))).ok_or_else(|| {
            let detail = "must be the id of an event of this stream".to_owned();
            let error = FieldError { field: "Last-Event-ID".to_owned(), detail };
            Problem::invalid(StatusCode::BAD_REQUEST, vec![error])
        })
    }
}
