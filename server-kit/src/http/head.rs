//! What the head of a request over HTTP/1.1 has to say clearly, beyond what hyper refuses by itself. Where two readers
//! of a request could disagree about it, one of them can be deceived.

use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version};

/// Fails with the status of the refusal. In HTTP/2 there is nothing to say: the authority has a field of its own, and
/// frames have a length.
pub(super) fn check(version: Version, headers: &HeaderMap) -> Result<(), StatusCode> {
    if version == Version::HTTP_2 {
        return Ok(());
    }
    if !says_host(version, headers) {
        return Err(StatusCode::BAD_REQUEST);
    }
    if !says_length(headers) {
        return Err(StatusCode::NOT_IMPLEMENTED);
    }
    Ok(())
}

/// A request must have one `Host`, over HTTP/1.0 at most one (RFC 9112, section 3.2).
fn says_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host),
        (None, _) => version < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// A name or an address, perhaps with a port; or nothing, which is what a client sends whose target has no host.
fn is_host(value: &HeaderValue) -> bool {
    let Ok(authority) = Authority::try_from(value.as_bytes()) else { return value.is_empty() };
    let port = authority.as_str().strip_prefix(authority.host());
    port.is_some_and(|port| matches!(port, "" | ":") || authority.port_u16().is_some())
}

/// hyper takes any list of transfer codings that ends in `chunked` and leaves the others undone. One that is not
/// understood is to be answered with 501 (RFC 9112, section 6.1).
fn says_length(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    codings.next().is_none_or(chunked) && codings.next().is_none()
}
