//! The body of a request: what it is, and all of it, within its limits.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::Rejection;
use crate::limits::BODY_TIMEOUT;

/// The media type of a text in UTF-8, without its parameters; `None` for a text in anything else.
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

/// Whether it is compressed, or coded in another way (RFC 9110, section 8.4). No server here undoes that.
#[must_use]
pub fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Looks only at the length that a body says it has.
///
/// # Errors
/// When it is longer than `limit` bytes.
pub fn check_length(body: &Body, limit: usize) -> Result<(), Rejection> {
    if body.size_hint().lower() > limit as u64 { Err(too_long(limit)) } else { Ok(()) }
}

/// Reads all of it. What says that it is too long is not begun: a client that waits for `100 Continue`, which comes with
/// the first read, need not send it.
///
/// # Errors
/// When it is longer than `limit` bytes, takes too long, or breaks off.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Rejection> {
    check_length(&body, limit)?;
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long(limit)),
        Ok(Err(_)) => Err(Rejection::new(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => {
            let why = format!("the body was not there within {} seconds", BODY_TIMEOUT.as_secs());
            Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, why))
        }
    }
}

fn too_long(limit: usize) -> Rejection {
    Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body of a request has at most {limit} bytes"))
}
