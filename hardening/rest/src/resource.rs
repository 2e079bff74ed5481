//! What every resource answers besides its own methods: `HEAD`, `OPTIONS`, and 405 to the rest; and what is answered where
//! there is none.

use axum::http::header::{ALLOW, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{PathItem, Paths};
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use crate::problem::Problem;

/// Completes a resource of the API. `Allow` names what its document names: neither can have a method that the other has
/// not.
pub(crate) fn resource<S: Clone + Send + Sync + 'static>(
    routes: UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    let (allow, options) = (allowed(&routes.1), options(&routes.1));
    routes.map(|methods| complete(methods, &allow, options))
}

/// Completes a file: something that can only be read, and that is no part of the API.
pub(crate) fn file<S: Clone + Send + Sync + 'static>(methods: MethodRouter<S>) -> MethodRouter<S> {
    complete(methods, "GET, HEAD, OPTIONS", HeaderMap::new())
}

/// axum itself answers `HEAD` where there is a `GET`.
fn complete<S: Clone + Send + Sync + 'static>(
    methods: MethodRouter<S>,
    allow: &str,
    mut options: HeaderMap,
) -> MethodRouter<S> {
    let allow = header(allow);
    options.insert(ALLOW, allow.clone());
    methods
        .options((StatusCode::NO_CONTENT, options))
        .fallback(async move |method: Method, uri: Uri| Problem::method_not_allowed(&method, &uri, &allow))
}

/// Answers where no route is. `OPTIONS *` asks for what the server as a whole can do (RFC 9110, 9.3.7).
pub(crate) fn nowhere(method: &Method, uri: &Uri, allow: String) -> Response {
    if method == Method::OPTIONS && uri.path() == "*" {
        return (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response();
    }
    Problem::no_such_path(uri).into_response()
}

/// The methods that one of these paths or another takes.
pub(crate) fn allowed(paths: &Paths) -> String {
    let any = |has: fn(&PathItem) -> bool| paths.paths.values().any(has);
    let methods = [
        ("GET, HEAD", any(|item| item.get.is_some())),
        ("POST", any(|item| item.post.is_some())),
        ("PATCH", any(|item| item.patch.is_some())),
        ("DELETE", any(|item| item.delete.is_some())),
        ("OPTIONS", true),
    ];
    let allowed: Vec<_> =
        methods.into_iter().filter(|(_, is_allowed)| *is_allowed).map(|(name, _)| name).collect();
    allowed.join(", ")
}

/// What `OPTIONS` tells besides: the media types of a patch (RFC 5789, 3.1).
fn options(paths: &Paths) -> HeaderMap {
    let patches = paths.paths.values().filter_map(|item| item.patch.as_ref()?.request_body.as_ref());
    let named = patches.filter_map(|body| match body {
        RefOr::T(body) => Some(body.content.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        RefOr::Ref(_) => None,
    });
    named.map(|types| (HeaderName::from_static("accept-patch"), header(&types))).collect()
}

/// Methods and media types are always good headers.
fn header(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}
