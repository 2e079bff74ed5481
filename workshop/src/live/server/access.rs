//! Access control: only the live page itself and programs on this machine may send requests.
//!
//! A browser sends requests to any address on behalf of any page. A foreign page could even read the
//! recordings by DNS rebinding: it makes its own host name resolve to this server's address. So both the
//! `Host` of a request and the origin of the page that sends it must belong to this server.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hardening_http::origin;
use server_kit::bind::reachable;

use crate::live::response::ErrorResponse;
use crate::live::state::State;

/// Content security policy that lets the page load only its own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Security headers of every response.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// Middleware that checks every request and adds the security headers to every response.
pub(crate) async fn guard(FromState(state): FromState<Arc<State>>, request: Request, next: Next) -> Response {
    let mut response = match check(&request, state.address) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(request: &Request, listen: SocketAddr) -> Result<(), ErrorResponse> {
    let (headers, address) = (request.headers(), reachable(listen));
    let forbidden = |why: &str| {
        let message = format!("{why}; open http://{address} in a browser tab");
        Err(ErrorResponse(StatusCode::FORBIDDEN, message))
    };
    if !origin::target_authority(headers, request.uri()).is_some_and(|host| is_own_host(&host, listen)) {
        return forbidden("the host name of the request does not belong to this server");
    }
    if !origin::is_same_origin(headers, request.uri())
        || (has_value(headers, "sec-fetch-site", "cross-site") && !is_followed_link(request))
    {
        return forbidden("requests from other sites are not allowed");
    }
    let is_json = headers.get(CONTENT_TYPE).is_some_and(is_json);
    // Any page may send a form, but a form cannot have this content type.
    if !request.method().is_safe() && !is_json {
        let message = "this request requires content-type: application/json".to_owned();
        return Err(ErrorResponse(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(())
}

/// Returns `true` if the browser opens the page in a tab, as when a user follows a link on another site.
/// Returns `false` if another site opens the page in a frame.
fn is_followed_link(request: &Request) -> bool {
    let headers = request.headers();
    request.uri().path() == "/"
        && request.method() == Method::GET
        && has_value(headers, "sec-fetch-mode", "navigate")
        && has_value(headers, "sec-fetch-dest", "document")
}

fn has_value(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|found| found == value)
}

/// Returns `true` if `host` is `localhost` or an IP address of this server, with the server's port. DNS
/// cannot make either of them point to another machine.
fn is_own_host(host: &Authority, listen: SocketAddr) -> bool {
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_own_name = match bare.parse::<IpAddr>() {
        Ok(ip) => ip == listen.ip() || !listen.ip().is_loopback() || ip.is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    };
    is_own_name && host.port_u16().unwrap_or(80) == listen.port()
}

fn is_json(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().ok().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
