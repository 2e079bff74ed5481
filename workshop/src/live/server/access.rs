//! Access control: who may send requests to the live page's server.
//!
//! A browser sends requests to any address on behalf of any page. A foreign page could even read the
//! recordings by DNS rebinding: it makes its own host name resolve to this server's address. So both the
//! `Host` of a request and the origin of the page that sends it must belong to this server. Other users of this
//! machine can send any request, but they do not know the token.

use std::sync::Arc;

use axum::extract::{Request, State as FromState};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hardening_http::hosts;
use hardening_http::origin;

use super::credentials::{self, Credentials};
use crate::live::live_page::Access;
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

/// Content type of the pages.
const HTML: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "text/html; charset=utf-8")];

/// Middleware that checks every request and adds the security headers to every response.
pub(crate) async fn guard(FromState(state): FromState<Arc<State>>, request: Request, next: Next) -> Response {
    let mut response = match check(&request, &state) {
        Ok(()) => admit(&state, request, next).await,
        Err(error) => error.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Passes on requests with the token, and requests for files without recorded data.
async fn admit(state: &State, request: Request, next: Next) -> Response {
    let Some(credentials) = Credentials::find(&request, state) else {
        if request.uri().path() == "/" && state.room.is_some() {
            return (HTML, page::ROOM_INDEX).into_response();
        }
        return if is_public(request.uri().path(), state.room.is_some()) {
            next.run(request).await
        } else {
            credentials::missing(request.uri().path())
        };
    };
    match credentials {
        Credentials::Kept => next.run(request).await,
        Credentials::InUrl if request.uri().path() == "/" => {
            credentials::keep(state, credentials::redirect())
        }
        Credentials::InUrl => credentials::keep(state, next.run(request).await),
    }
}

/// Returns `true` for the files of the page, which are the same for everyone, and for what participants of a room may
/// request. The handlers check who the participant is.
fn is_public(path: &str, has_room: bool) -> bool {
    match path {
        "/page.js" | "/page.css" | "/icon.svg" => true,
        "/" | "/room.js" => has_room,
        "/api/room/join" | "/api/room/predict" | "/api/room/stream" | "/api/room/report.html" => has_room,
        _ => false,
    }
}

fn check(request: &Request, state: &State) -> Result<(), ErrorResponse> {
    let headers = request.headers();
    let host = origin::target_authority(headers, request.uri());
    if !host.is_some_and(|host| is_own_host(&host, &state.access)) {
        return Err(foreign_host());
    }
    // A page on another port of this machine is of the same site, but not of the same origin.
    let is_foreign =
        ["cross-site", "same-site"].iter().any(|site| has_value(headers, "sec-fetch-site", site));
    if !origin::is_same_origin(headers, request.uri()) || (is_foreign && !is_followed_link(request)) {
        return Err(refusal(StatusCode::FORBIDDEN, "requests from other sites are not allowed"));
    }
    let is_json = headers.get(CONTENT_TYPE).is_some_and(is_json);
    // Any page may send a form, but a form cannot have this content type.
    if !request.method().is_safe() && !is_json {
        let message = "this request requires content-type: application/json".to_owned();
        return Err(ErrorResponse(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(())
}

/// Returns the response to a request that is addressed to a foreign host.
pub(crate) fn foreign_host() -> ErrorResponse {
    let why = "the host name of the request does not belong to this server";
    refusal(StatusCode::MISDIRECTED_REQUEST, why)
}

fn refusal(status: StatusCode, why: &str) -> ErrorResponse {
    ErrorResponse(status, format!("{why}; open the URL that the workshop has printed, in a browser tab"))
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

/// Returns `true` if `host` is a name or an IP address of this server, with the server's port. DNS cannot make either of
/// them point to another machine.
fn is_own_host(host: &Authority, Access { address: listen, hosts, .. }: &Access) -> bool {
    let is_own_name = match hosts::ip(host) {
        Some(ip) => ip == listen.ip() || !listen.ip().is_loopback() || ip.is_loopback(),
        None => hosts.is_name(host),
    };
    is_own_name && host.port_u16().unwrap_or(80) == listen.port()
}

fn is_json(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().ok().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
