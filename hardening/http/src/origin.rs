//! Whether a request comes from a page of this very site.
//!
//! Browsers let every page open a WebSocket to every server, and send some requests, without asking the server first.
//! They do say whose page it is, and programs that are not browsers say nothing.

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

/// Under which name the server is asked. HTTP/2 has it in the URI; where HTTP/1.1 has, too, `Host` does not count (RFC
/// 9112, section 3.2.2).
#[must_use]
pub fn target_authority(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let host = || headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    uri.authority().cloned().or_else(host)
}

/// Whether the request has no origin, or that of the host that it asks.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return !headers.contains_key(ORIGIN);
    };
    // `null`, the origin of a page in a sandbox, has no `://` and is nobody's own.
    let origin_host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    target_authority(headers, uri).zip(origin_host).is_some_and(|(host, origin)| host == *origin)
}
