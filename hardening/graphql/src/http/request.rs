//! Reads a request: its parameters from the URL, or from a body that is JSON.

use async_graphql::Request;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Query};
use axum::http::header::ACCEPT_ENCODING;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hardening_http::body;

use crate::limits::MAX_REQUEST_BYTES;
use crate::params;

use super::Problem;

pub(super) async fn from_url(parts: &mut Parts) -> Result<Request, Problem> {
    let Query(pairs) = Query::from_request_parts(parts, &())
        .await
        .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    params::from_pairs(pairs).map_err(Problem::bad_request)
}

pub(super) async fn from_body(headers: &HeaderMap, body: Body) -> Result<Request, Problem> {
    if body::is_encoded(headers) {
        let problem =
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body without a Content-Encoding");
        return Err(problem.with_header(ACCEPT_ENCODING, "identity"));
    }
    // Only JSON. A form of another site can send the other types in its visitors' name, but not this one.
    if !is_json(headers) {
        let message = "Content-Type must be application/json, in UTF-8";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let json = serde_json::from_slice(&read(body).await?)
        .map_err(|error| Problem::bad_request(format!("the body is not JSON: {error}")))?;
    params::from_json(json).map_err(Problem::bad_request)
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    body::read(body, MAX_REQUEST_BYTES)
        .await
        .map_err(|rejection| Problem::new(rejection.status, rejection.reason))
}

fn is_json(headers: &HeaderMap) -> bool {
    body::media_type(headers).is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}
