//! Adds responses to `OPTIONS` and to unsupported methods (405).

use axum::http::header::ALLOW;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::routing::MethodRouter;

use crate::{Api, Rejection};

/// Adds responses to `OPTIONS` and to unsupported methods (405). Used for read-only paths that the OpenAPI
/// document does not list, such as `/docs`.
pub(crate) fn file<S: Api>(methods: MethodRouter<S>) -> MethodRouter<S> {
    complete(methods, "GET, HEAD, OPTIONS", HeaderMap::new())
}

/// Adds responses to `OPTIONS` and to methods without a handler. `allow` lists the supported methods;
/// `options` has further headers for the response to `OPTIONS`. axum itself derives `HEAD` from `GET`.
pub(crate) fn complete<S: Api>(
    methods: MethodRouter<S>,
    allow: &str,
    mut options: HeaderMap,
) -> MethodRouter<S> {
    let allow = header_value(allow);
    options.insert(ALLOW, allow.clone());
    let method_not_allowed = async move |method: Method, uri: Uri| {
        let path = uri.path();
        let detail =
            format!("{path} does not support {method}; the Allow header lists the supported methods");
        let error = S::Error::from(Rejection::Status(StatusCode::METHOD_NOT_ALLOWED, detail));
        ([(ALLOW, allow)], error)
    };
    methods.options((StatusCode::NO_CONTENT, options)).fallback(method_not_allowed)
}

/// Converts a list of methods or media types to a header value. Such a list is always valid.
pub(crate) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
