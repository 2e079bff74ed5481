//! What the head of a request has to say clearly, beyond what hyper refuses by itself. Where two readers of a request
//! could disagree about it, one of them can be deceived.

use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, Version};

use crate::Rejection;

/// Fails when it does not.
pub(crate) fn check<B>(request: &Request<B>) -> Result<(), Rejection> {
    let (version, headers) = (request.version(), request.headers());
    if !says_host(version, request.uri(), headers) {
        let why = "a request names one host, as a name or an address, perhaps with a port";
        return Err(Rejection::new(StatusCode::BAD_REQUEST, why));
    }
    // In HTTP/2 frames have a length.
    if version != Version::HTTP_2 && !says_length(headers) {
        let why = "a body comes as it is, or in chunks: no other transfer coding is understood";
        return Err(Rejection::new(StatusCode::NOT_IMPLEMENTED, why));
    }
    Ok(())
}

/// A request over HTTP/1.1 must have one `Host`, any other at most one (RFC 9112, section 3.2). HTTP/2 has a field of its
/// own for it, which is in the URI.
fn says_host(version: Version, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let is_said = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host_field(host) && (version != Version::HTTP_2 || agrees(uri, host)),
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    is_said && uri.authority().is_none_or(is_host)
}

/// Over HTTP/1.1 the URI may say another than `Host`, and then it is the one that counts; over HTTP/2 that is a malformed
/// request (RFC 9113, section 8.3.1).
fn agrees(uri: &Uri, host: &HeaderValue) -> bool {
    uri.authority().is_none_or(|asked| asked.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes()))
}

/// Nothing is what a client sends whose target has no host.
fn is_host_field(value: &HeaderValue) -> bool {
    Authority::try_from(value.as_bytes()).map_or(value.is_empty(), |authority| is_host(&authority))
}

/// A name or an address, perhaps with a port, and nobody's name before it.
fn is_host(authority: &Authority) -> bool {
    let Some(port) = authority.as_str().strip_prefix(authority.host()) else { return false };
    // Rust reads `+80` as a number, too; and behind somebody's name there is no port yet.
    matches!(port, "" | ":") || authority.port_u16().is_some() && !port.contains(['+', '@'])
}

/// hyper takes any list of transfer codings that ends in `chunked` and leaves the others undone. One that is not
/// understood is to be answered with 501 (RFC 9112, section 6.1).
fn says_length(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    codings.next().is_none_or(chunked) && codings.next().is_none()
}
