//! Who may ask: this page and programs of this machine, no page of anyone else.
//!
//! A browser sends requests for any page to any address. A page from elsewhere that gives its own name our address (DNS
//! rebinding) would even be told the answers, which hold what was recorded. So the name under which we are asked must
//! be ours, and so must the page that asks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hardening_http::origin;
use server_kit::bind::reachable;

use super::Live;
use super::answer::Refusal;

/// What the page may load: itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// On every answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// Stands before every request.
pub(super) async fn guard(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let mut response = match check(&request, live.address) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(request: &Request, listen: SocketAddr) -> Result<(), Refusal> {
    let (headers, address) = (request.headers(), reachable(listen));
    let forbidden = |why: &str| {
        let why = format!("{why}: open http://{address} in a browser on its own");
        Err(Refusal(StatusCode::FORBIDDEN, why))
    };
    if !origin::target_authority(headers, request.uri()).is_some_and(|host| is_ours(&host, listen)) {
        return forbidden("the page is not known under this name");
    }
    if !origin::is_same_origin(headers, request.uri())
        || (says(headers, "sec-fetch-site", "cross-site") && !is_link(request))
    {
        return forbidden("another page may not ask this of it");
    }
    let is_json = headers.get(CONTENT_TYPE).is_some_and(is_json);
    // Of a form, which any page may send, it cannot be said.
    if !request.method().is_safe() && !is_json {
        let why = "what changes something is asked for with content-type: application/json".to_owned();
        return Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    Ok(())
}

/// Whether somebody follows a link to the page, which any page may have. No other may show it in a frame.
fn is_link(request: &Request) -> bool {
    let headers = request.headers();
    request.uri().path() == "/"
        && request.method() == Method::GET
        && says(headers, "sec-fetch-mode", "navigate")
        && says(headers, "sec-fetch-dest", "document")
}

fn says(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|said| said == value)
}

/// Addresses cannot be given to others as names can. `localhost` no browser looks up.
fn is_ours(host: &Authority, listen: SocketAddr) -> bool {
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_here = match bare.parse::<IpAddr>() {
        Ok(ip) => ip == listen.ip() || !listen.ip().is_loopback() || ip.is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    };
    is_here && host.port_u16().unwrap_or(80) == listen.port()
}

fn is_json(kind: &HeaderValue) -> bool {
    let essence = kind.to_str().ok().and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
