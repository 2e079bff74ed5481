//! Reads a GraphQL request from a URL or from a JSON body.

use async_graphql::Request;
use axum::body::Body;
use axum::http::header::ACCEPT_ENCODING;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hardening_http::body;

use crate::limits::MAX_REQUEST_BYTES;
use crate::params;
use crate::response::HttpError;

pub(super) fn from_url(parts: &Parts) -> Result<Request, HttpError> {
    let query = parts.uri.query().unwrap_or_default();
    params::from_pairs(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
        .map_err(HttpError::bad_request)
}

pub(super) async fn from_body(headers: &HeaderMap, body: Body) -> Result<Request, HttpError> {
    if body::is_encoded(headers) {
        let error =
            HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body without a Content-Encoding");
        return Err(error.with_header(ACCEPT_ENCODING, "identity"));
    }
    // A form on another site can send other media types with the visitor's credentials, but not JSON.
    if !is_json(headers) {
        let message = "Content-Type must be application/json, in UTF-8";
        return Err(HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let json = body::read(body, MAX_REQUEST_BYTES).await.map_err(HttpError::from)?;
    params::from_json(&json).map_err(HttpError::bad_request)
}

fn is_json(headers: &HeaderMap) -> bool {
    body::media_type(headers).is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}
