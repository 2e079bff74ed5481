//! Whether a request comes from a page of this very site.
//!
//! Browsers let every page open a WebSocket to every server, and send some requests, without asking the server first.
//! They do say whose page it is, and programs that are not browsers say nothing.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whether the request has no origin, or that of the host that it asks.
#[must_use]
pub fn is_own(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return !headers.contains_key(ORIGIN);
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // `null`, the origin of a page in a sandbox, has no `://` and is nobody's own.
    let origin_host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.zip(origin_host).is_some_and(|(host, origin)| host.eq_ignore_ascii_case(origin))
}
