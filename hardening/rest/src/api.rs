//! The trait that an API implements, and the reasons why its requests are rejected.

use axum::http::header::HeaderName;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;

use crate::fields::FieldError;

/// State of an API's router. The implementation chooses the format of all error responses.
pub trait Api: Clone + Send + Sync + 'static {
    /// Error response of the API. Extractors and the router return it, too.
    type Error: From<Rejection> + IntoResponse;

    /// Maximum size of a request body, in bytes.
    const MAX_BODY_BYTES: usize;

    /// Advice in the 404 response to an unknown path, such as `the books are at /v1/books`.
    const NOT_FOUND_HINT: &'static str;
}

/// The reason why an extractor or the router rejects a request.
#[derive(Debug)]
pub enum Rejection {
    /// An error without further details: its status and a message for the client.
    Status(StatusCode, String),
    /// The request body has an unsupported media type or content coding.
    Unsupported {
        /// Message for the client.
        detail: String,
        /// Response header that lists the supported media types or codings.
        header: HeaderName,
        /// Value of the response header.
        supported: &'static str,
    },
    /// Body fields, query parameters or headers are invalid. Contains the status of the response and the
    /// errors.
    Fields(StatusCode, Vec<FieldError>),
    /// A path segment is not a valid id. Contains the message for the client.
    NoSuchId(String),
    /// `If-Match` or `If-None-Match` excludes the current revision of the resource.
    PreconditionFailed {
        /// Current revision of the resource.
        revision: u32,
        /// Message for the client.
        detail: String,
    },
}

impl Rejection {
    /// Returns the rejection of a request for an unknown path.
    pub(crate) fn no_such_path<S: Api>(uri: &Uri) -> Self {
        let detail = format!("no resource at {path}; {hint}", path = uri.path(), hint = S::NOT_FOUND_HINT);
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
