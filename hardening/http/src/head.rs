//! Checks of the request head that hyper does not make. If two programs can interpret a request head
//! differently, a client can smuggle a request past one of them.

use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, Version};
use hyper::body::Body;

use crate::Rejection;
use crate::hosts::{self, Hosts};

/// Checks the host and the transfer coding of a request.
///
/// # Errors
/// 400 if the request does not name exactly one valid host, 421 if the host is not one of `hosts`, 501 if its transfer
/// coding is not supported.
pub(crate) fn check<B: Body>(request: &Request<B>, hosts: &Hosts) -> Result<(), Rejection> {
    let (version, headers) = (request.version(), request.headers());
    if !has_one_host(version, request.uri(), headers) {
        let reason = "the request must name exactly one host: a name or an address, with an optional port";
        return Err(Rejection::new(StatusCode::BAD_REQUEST, reason));
    }
    if !hosts.allow(request.uri(), headers) {
        return Err(Rejection::new(StatusCode::MISDIRECTED_REQUEST, hosts::FOREIGN));
    }
    // HTTP/2 has no transfer codings, and a request without a body needs none.
    if version != Version::HTTP_2 && !request.body().is_end_stream() && !has_supported_coding(headers) {
        let reason = "unsupported Transfer-Encoding: only chunked is supported";
        return Err(Rejection::new(StatusCode::NOT_IMPLEMENTED, reason));
    }
    Ok(())
}

/// Returns `true` if an HTTP/1.1 request has exactly one `Host`, any other request at most one, and all hosts
/// are valid (RFC 9112, section 3.2). HTTP/2 has `:authority` instead, which hyper puts into the URI.
fn has_one_host(version: Version, uri: &Uri, headers: &HeaderMap) -> bool {
    // A scan of a few headers costs less than a lookup.
    let mut hosts = headers.iter().filter(|(name, _)| *name == HOST);
    let is_valid = match (hosts.next(), hosts.next()) {
        (Some((_, host)), None) => {
            is_host_field(host) && (version != Version::HTTP_2 || matches_uri(uri, host))
        }
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    is_valid && uri.authority().is_none_or(is_host)
}

/// Returns `true` if `Host` equals the authority in the URI, or if the URI has none. Over HTTP/2, a
/// difference makes the request malformed (RFC 9113, section 8.3.1). Over HTTP/1.1, the URI takes precedence.
fn matches_uri(uri: &Uri, host: &HeaderValue) -> bool {
    uri.authority()
        .is_none_or(|authority| authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes()))
}

/// Returns `true` if the value of a `Host` header is valid. An empty one is valid, too: the target URI then
/// has no host.
fn is_host_field(value: &HeaderValue) -> bool {
    is_simple_host(value.as_bytes())
        || Authority::try_from(value.as_bytes()).map_or(value.is_empty(), |authority| is_host(&authority))
}

/// `true` for each byte that may occur in a host name or IPv4 address.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.');
        byte += 1;
    }
    table
};

/// Returns `true` for a host name or an IPv4 address with an optional port. Most requests have such a host,
/// and this check is cheaper than parsing an [`Authority`].
fn is_simple_host(host: &[u8]) -> bool {
    let name = host.iter().take_while(|byte| NAME_BYTES[usize::from(**byte)]).count();
    match host.split_at(name) {
        ([], _) => false,
        (_, []) => true,
        (_, [b':', port @ ..]) => is_port(port),
        _ => false,
    }
}

/// Returns `true` if `digits` is a valid port number or empty.
fn is_port(digits: &[u8]) -> bool {
    let append = |port: u16, digit: &u8| {
        let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        port.checked_mul(10)?.checked_add(digit)
    };
    digits.iter().try_fold(0, append).is_some()
}

/// Returns `true` if the authority is a host with an optional port, without user information.
fn is_host(authority: &Authority) -> bool {
    let Some(port) = authority.as_str().strip_prefix(authority.host()) else { return false };
    // Rust parses `+80` as a number, too. An `@` here ends user information.
    matches!(port, "" | ":") || authority.port_u16().is_some() && !port.contains(['+', '@'])
}

/// Returns `true` if `chunked` is the only transfer coding, or there is none.
///
/// hyper accepts any list that ends in `chunked`, and does not decode the other codings. A server must
/// respond to an unsupported coding with 501 (RFC 9112, section 6.1).
fn has_supported_coding(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    codings.next().is_none_or(chunked) && codings.next().is_none()
}
