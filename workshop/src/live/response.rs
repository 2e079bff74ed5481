//! JSON request and response bodies. An error response is an object with the message in `error`.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An error response: its status and its message.
#[derive(Debug)]
pub(crate) struct ErrorResponse(pub(crate) StatusCode, pub(crate) String);

impl ErrorResponse {
    /// Returns a 400 response for an invalid request.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }

    /// Returns a 500 response for an error of the server.
    pub(crate) fn internal(error: impl ToString) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        (self.0, json_text(serde_json::json!({ "error": self.1 }).to_string())).into_response()
    }
}

/// An extractor for a JSON request body.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ErrorResponse> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| ErrorResponse(rejection.status(), rejection.body_text()))?;
        let value = serde_json::from_slice(&body);
        value.map(Self).map_err(|error| ErrorResponse::bad_request(format!("invalid request body: {error}")))
    }
}

/// Returns the value of the first query parameter with this name.
pub(crate) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// Returns a 200 response with `value` as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, ErrorResponse> {
    let text = serde_json::to_string(value).map_err(ErrorResponse::internal)?;
    Ok(json_text(text).into_response())
}

/// Returns a 200 response with text that is already JSON.
pub(crate) fn json_text(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
