//! The router of an API: its resources, each with `HEAD`, `OPTIONS` and 405, and its OpenAPI document.

use std::fmt;

use axum::Router;
use axum::http::header::{ALLOW, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use utoipa::openapi::path::{PathItem, Paths};
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt as _};

use crate::{Api, Rejection, docs};

/// A router with the OpenAPI document of its resources.
pub struct ApiRouter<S>(OpenApiRouter<S>);

impl<S: Api> ApiRouter<S> {
    /// Creates a router without resources. `document` describes the API as a whole.
    #[must_use]
    pub fn new(document: OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(document))
    }

    /// Adds a resource, with `OPTIONS`, and 405 for any other method. `Allow` is derived from the OpenAPI document, so the
    /// two always agree.
    #[must_use]
    pub fn resource(self, methods: UtoipaMethodRouter<S>) -> Self {
        let (allow, options) = (allowed_methods(&methods.1), accept_patch(&methods.1));
        Self(self.0.routes(methods.map(|methods| complete(methods, &allow, options))))
    }

    /// Adds `/openapi.json`, the page at `/docs`, and 404 for all other paths.
    pub fn finish(self, state: S) -> Router {
        let (router, document) = self.0.split_for_parts();
        let allow = allowed_methods(&document.paths);
        router
            .merge(docs::routes(&document))
            .fallback(async move |method: Method, uri: Uri| not_found::<S>(&method, &uri, allow))
            .with_state(state)
    }
}

impl<S> fmt::Debug for ApiRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRouter").finish_non_exhaustive()
    }
}

/// Completes the methods of a file: a read-only path outside the OpenAPI document.
pub(crate) fn file<S: Api>(methods: MethodRouter<S>) -> MethodRouter<S> {
    complete(methods, "GET, HEAD, OPTIONS", HeaderMap::new())
}

/// Adds `OPTIONS` and the response to any other method. axum itself derives `HEAD` from `GET`.
fn complete<S: Api>(methods: MethodRouter<S>, allow: &str, mut options: HeaderMap) -> MethodRouter<S> {
    let allow = header_value(allow);
    options.insert(ALLOW, allow.clone());
    let method_not_allowed = async move |method: Method, uri: Uri| {
        let detail =
            format!("{} does not support {method}; Allow lists the methods that it does", uri.path());
        let error = S::Error::from(Rejection::Status(StatusCode::METHOD_NOT_ALLOWED, detail));
        ([(ALLOW, allow)], error)
    };
    methods.options((StatusCode::NO_CONTENT, options)).fallback(method_not_allowed)
}

/// Responds to an unknown path. `OPTIONS *` requests the methods of the server as a whole (RFC 9110, section 9.3.7).
fn not_found<S: Api>(method: &Method, uri: &Uri, allow: String) -> Response {
    if method == Method::OPTIONS && uri.path() == "*" {
        return (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response();
    }
    S::Error::from(Rejection::no_such_path::<S>(uri)).into_response()
}

/// Returns the methods that at least one of these paths supports, as a value of `Allow`.
fn allowed_methods(paths: &Paths) -> String {
    let any = |has: fn(&PathItem) -> bool| paths.paths.values().any(has);
    let methods = [
        ("GET, HEAD", any(|item| item.get.is_some())),
        ("POST", any(|item| item.post.is_some())),
        ("PUT", any(|item| item.put.is_some())),
        ("PATCH", any(|item| item.patch.is_some())),
        ("DELETE", any(|item| item.delete.is_some())),
        ("OPTIONS", true),
    ];
    let allowed: Vec<_> =
        methods.into_iter().filter(|(_, is_allowed)| *is_allowed).map(|(name, _)| name).collect();
    allowed.join(", ")
}

/// Returns `Accept-Patch` with the media types of a patch (RFC 5789, section 3.1), if the resource can be patched.
fn accept_patch(paths: &Paths) -> HeaderMap {
    let bodies = paths.paths.values().filter_map(|item| item.patch.as_ref()?.request_body.as_ref());
    let media_types = bodies.filter_map(|body| match body {
        RefOr::T(body) => Some(body.content.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        RefOr::Ref(_) => None,
    });
    media_types.map(|types| (HeaderName::from_static("accept-patch"), header_value(&types))).collect()
}

/// Converts methods or media types, which are always valid header values.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
