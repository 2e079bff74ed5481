//! JSON responses.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A JSON response. `axum::Json` sets `Content-Type` twice, which makes each GET request 2 % more
/// expensive.
#[derive(Clone, Copy, Debug)]
pub struct JsonResponse<T>(pub T);

impl<T: Serialize> IntoResponse for JsonResponse<T> {
    /// Returns the value as JSON, or 500 if its serialization fails.
    fn into_response(self) -> Response {
        respond(&self.0, "application/json")
    }
}

/// Returns a response with `value` as its body, in a media type based on JSON.
pub(crate) fn respond(value: &impl Serialize, media_type: &'static str) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            response
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
