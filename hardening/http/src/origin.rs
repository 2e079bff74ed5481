//! Same-origin check of a request.
//!
//! A browser lets any page open a WebSocket to any server, and send some other requests to it. The browser
//! names the origin of the page in the `Origin` header. Other programs usually do not send that header.

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

/// Returns the host and optional port to which a request is addressed: the authority of the URI, otherwise
/// `Host` (RFC 9112, section 3.2.2).
#[must_use]
pub fn target_authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let host = || headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    uri.authority().cloned().or_else(host)
}

/// Returns `true` if the request has no `Origin`, or if `Origin` names the host to which the request is
/// addressed.
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
