//! Request bodies: media type, content coding, length and read timeout.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::Rejection;
use crate::limits::BODY_TIMEOUT;

/// Returns the media type of `Content-Type` without its parameters, or `None` if the charset is not UTF-8.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next()?;
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    is_utf8.then_some(media_type)
}

/// Returns `true` if the body has a content coding, such as gzip (RFC 9110, section 8.4).
#[must_use]
pub fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Checks the declared length of a body, without reading it.
///
/// # Errors
/// 413 if the body is longer than `limit` bytes.
pub fn check_length(body: &Body, limit: usize) -> Result<(), Rejection> {
    if body.size_hint().lower() > limit as u64 { Err(too_long(limit)) } else { Ok(()) }
}

/// Reads a complete body.
///
/// Does not read at all if the declared length exceeds `limit`. Reading sends `100 Continue`, so a client
/// that waits for it never sends such a body.
///
/// # Errors
/// 413 if the body is longer than `limit` bytes, 408 if it takes longer than [`BODY_TIMEOUT`], 400 if it is
/// incomplete.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Rejection> {
    check_length(&body, limit)?;
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long(limit)),
        Ok(Err(_)) => Err(Rejection::new(StatusCode::BAD_REQUEST, "the request body is incomplete")),
        Err(_) => {
            let limit = BODY_TIMEOUT.as_secs();
            let reason = format!("the request body did not arrive within {limit} seconds");
            Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, reason))
        }
    }
}

fn too_long(limit: usize) -> Rejection {
    let reason = format!("the request body is longer than the maximum of {limit} bytes");
    Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
}
