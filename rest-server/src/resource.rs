//! What every resource answers besides its own methods: `HEAD`, `OPTIONS`, and 405 to the rest.

use axum::http::header::{ALLOW, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
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

fn allowed(paths: &Paths) -> String {
    let mut methods = Vec::new();
    for PathItem { get, post, patch, delete, .. } in paths.paths.values() {
        methods.extend(get.as_ref().map(|_| "GET, HEAD"));
        methods.extend(post.as_ref().map(|_| "POST"));
        methods.extend(patch.as_ref().map(|_| "PATCH"));
        methods.extend(delete.as_ref().map(|_| "DELETE"));
    }
    methods.push("OPTIONS");
    methods.join(", ")
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
