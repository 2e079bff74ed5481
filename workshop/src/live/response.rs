//! Objects that come and go; why something is not done is one with `error`, in words.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A status, and what is wrong.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) StatusCode, pub(crate) String);

impl Refusal {
    /// Something was asked for that makes no sense.
    pub(crate) fn bad(why: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, why.into())
    }

    /// Something failed here.
    pub(crate) fn failed(why: impl ToString) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, json(serde_json::json!({ "error": self.1 }).to_string())).into_response()
    }
}

/// What was sent along with the request.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Refusal(rejection.status(), rejection.body_text()))?;
        let asked = serde_json::from_slice(&body);
        asked.map(Self).map_err(|error| Refusal::bad(format!("what is asked for is not clear: {error}")))
    }
}

/// An answer.
pub(crate) fn told(value: &impl Serialize) -> Result<Response, Refusal> {
    let told = serde_json::to_string(value).map_err(Refusal::failed)?;
    Ok(json(told).into_response())
}

/// An answer that is JSON already.
pub(crate) fn json(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
