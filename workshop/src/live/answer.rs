//! Objects that come and go; why something is not done is one with `error`, in words.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A status, and what is wrong.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) String);

impl Refusal {
    /// Something was asked for that makes no sense.
    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, why.into())
    }

    /// Something failed here.
    pub(super) fn failed(why: impl ToString) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, json(serde_json::json!({ "error": self.1 }).to_string())).into_response()
    }
}

/// What was sent along with the request.
pub(super) fn asked<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad(format!("what is asked for is not clear: {error}")))
}

/// An answer.
pub(super) fn told(value: &impl Serialize) -> Result<Response, Refusal> {
    let told = serde_json::to_string(value).map_err(Refusal::failed)?;
    Ok(json(told).into_response())
}

/// An answer that is JSON already.
pub(super) fn json(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
