//! Same-origin check of a request.
//!
//! Browsers let any page open a WebSocket to any server, and send some requests, without asking the server first. They
//! name the page's origin in `Origin`. Other programs usually send no `Origin`.

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

/// Returns the host, and port if given, that a request is addressed to: the authority of the URI, otherwise `Host` (RFC
/// 9112, section 3.2.2).
#[must_use]
pub fn target_authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let host = || headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    uri.authority().cloned().or_else(host)
}

/// Returns `true` if the request has no `Origin`, or the origin of the host that it is addressed to.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return !headers.contains_key(ORIGIN);
    };
    // `null`, the origin of a sandboxed page, has no `://` and equals no host.
    let origin_host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    target_authority(headers, uri).zip(origin_host).is_some_and(|(host, origin)| host == *origin)
}
