//! Reads a request: its parameters from the URL, or from a body that is JSON.

use async_graphql::Request;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Query};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::limits::{BODY_TIMEOUT, MAX_REQUEST_BYTES};
use crate::params;

use super::Problem;

pub(super) async fn from_url(parts: &mut Parts) -> Result<Request, Problem> {
    let Query(pairs) = Query::from_request_parts(parts, &())
        .await
        .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    params::from_pairs(pairs).map_err(Problem::bad_request)
}

pub(super) async fn from_body(headers: &HeaderMap, body: Body) -> Result<Request, Problem> {
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
    let body = Limited::new(body, MAX_REQUEST_BYTES).collect();
    match timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("a request has at most {MAX_REQUEST_BYTES} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Ok(Err(_)) => Err(Problem::bad_request("the body broke off")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}
