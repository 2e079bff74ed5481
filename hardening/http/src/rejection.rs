//! Requests that are rejected before they reach the API.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The status and reason of a rejected request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Status of the response.
    pub status: StatusCode,
    /// A sentence for the client: lower case, without a full stop.
    pub reason: String,
}

/// A function that converts a rejection to a response in the error format of the API.
pub type RejectionHandler = fn(Rejection) -> Response;

impl Rejection {
    /// Creates a rejection with this status and reason.
    pub fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }
}

impl IntoResponse for Rejection {
    /// Returns a plain-text response with the reason.
    fn into_response(self) -> Response {
        (self.status, self.reason).into_response()
    }
}
