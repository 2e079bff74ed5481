//! Requests that are rejected before they reach the API.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The status and reason of a rejected request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The response's status.
    pub status: StatusCode,
    /// A sentence for the client: lower case, without a full stop.
    pub reason: String,
}

/// Turns a rejection into a response in the API's error format.
pub type RejectionHandler = fn(Rejection) -> Response;

impl Rejection {
    /// A rejection with this status and reason.
    pub fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }
}

impl IntoResponse for Rejection {
    /// Returns the reason as plain text.
    fn into_response(self) -> Response {
        (self.status, self.reason).into_response()
    }
}
