//! The token in a request, and the cookie in which a browser keeps it.

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::live::response::ErrorResponse;
use crate::live::state::State;

/// Where a request has the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// In the query of its URL, as the workshop prints it.
    InUrl,
    /// In the cookie, or in the header `Authorization` of another program.
    Kept,
}

impl Credentials {
    /// Returns where the request has the token, or `None` if it has not.
    pub(crate) fn find(request: &Request, state: &State) -> Option<Self> {
        let token = &state.access.token;
        let mut query = request.uri().query().unwrap_or_default().split('&');
        if query.any(|field| field.strip_prefix("token=").is_some_and(|given| token.is(given))) {
            return Some(Self::InUrl);
        }
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| value.split_once(' '));
        let has_bearer = bearer
            .is_some_and(|(scheme, given)| scheme.eq_ignore_ascii_case("bearer") && token.is(given.trim()));
        (has_bearer || cookie(request, &cookie_name(state)).is_some_and(|given| token.is(given)))
            .then_some(Self::Kept)
    }
}

/// Returns the name of the cookie. Browsers send a cookie to all ports of a host, so the name contains the port.
fn cookie_name(state: &State) -> String {
    format!("workshop-{}", state.access.address.port())
}

/// Returns the value of a cookie.
pub(crate) fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let lines = request.headers().get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Makes the browser keep the token until it ends. Scripts cannot read it, and pages of other sites cannot use it.
pub(crate) fn keep(state: &State, mut response: Response) -> Response {
    let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", cookie_name(state), state.access.token);
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Returns a redirect to the page without the token, which then stays in no history of the browser.
pub(crate) fn redirect() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response()
}

/// Returns the response to a request without the token.
pub(crate) fn missing(path: &str) -> Response {
    let header = [(WWW_AUTHENTICATE, "Bearer")];
    if path == "/" {
        let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
        return (StatusCode::UNAUTHORIZED, header, kind, page::NO_TOKEN).into_response();
    }
    let message = "this request requires the token of the workshop that runs now; open the URL that it has printed, or send \
                   the header `authorization: Bearer TOKEN`";
    (header, ErrorResponse(StatusCode::UNAUTHORIZED, message.to_owned())).into_response()
}
