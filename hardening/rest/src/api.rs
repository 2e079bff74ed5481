//! The error type of an API, and the requests rejected before its handlers.

use axum::http::header::HeaderName;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;

use crate::fields::FieldError;

/// The state of a router whose errors all have one form. Extractors reject with [`Api::Error`].
pub trait Api: Clone + Send + Sync + 'static {
    /// The error response of the API.
    type Error: From<Rejection> + IntoResponse;

    /// Maximum size of a request body, in bytes.
    const MAX_BODY_BYTES: usize;

    /// Advice to a client that requests an unknown path, such as `the books are at /v1/books`.
    const NOT_FOUND_HINT: &'static str;
}

/// The reason why an extractor or the router rejects a request.
#[derive(Debug)]
pub enum Rejection {
    /// An error fully described by its status.
    Status(StatusCode, String),
    /// A body with an unsupported media type or content coding.
    Unsupported {
        /// The reason, for the client.
        detail: String,
        /// The response header that lists what is supported.
        header: HeaderName,
        /// The value of that header.
        supported: &'static str,
    },
    /// Fields of the body or the query, or headers, that break a rule.
    Fields(StatusCode, Vec<FieldError>),
    /// A path segment that cannot be the id of a resource.
    NoSuchId(String),
    /// A precondition that does not hold for the current revision of the resource.
    PreconditionFailed {
        /// The current revision.
        revision: u32,
        /// The reason, for the client.
        detail: String,
    },
}

impl Rejection {
    /// Returns the rejection of a request for an unknown path.
    pub(crate) fn no_such_path<S: Api>(uri: &Uri) -> Self {
        let detail = format!("there is nothing at {}; {}", uri.path(), S::NOT_FOUND_HINT);
        Self::Status(StatusCode::NOT_FOUND, detail)
    }

    /// Returns the rejection of a malformed header.
    pub(crate) fn header(name: &'static str, detail: &str) -> Self {
        let error = FieldError { field: name.to_owned(), detail: detail.to_owned() };
        Self::Fields(StatusCode::BAD_REQUEST, vec![error])
    }
}

impl From<hardening_http::Rejection> for Rejection {
    fn from(rejection: hardening_http::Rejection) -> Self {
        Self::Status(rejection.status, rejection.reason)
    }
}
