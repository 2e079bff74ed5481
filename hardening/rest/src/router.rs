//! Builds the router of an API. Adds responses to `HEAD`, to `OPTIONS` and to unsupported methods (405), and
//! serves the OpenAPI document.

use std::fmt;

use axum::Router;
use axum::http::header::{ALLOW, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use serde_json::Value;

use crate::{Api, Rejection, docs};

/// Methods that an OpenAPI document can define for a path, each with the methods that `Allow` lists for it:
/// `get` also allows HEAD.
const METHODS: [(&str, &str); 5] =
    [("get", "GET, HEAD"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE")];

/// Builder of a router for the paths of an OpenAPI document.
pub struct ApiRouter<S> {
    router: Router<S>,
    json: &'static str,
    document: Value,
}

impl<S: Api> ApiRouter<S> {
    /// Creates a router without resources. `json` is the OpenAPI document.
    #[must_use]
    pub fn new(json: &'static str) -> Self {
        Self { router: Router::new(), json, document: serde_json::from_str(json).unwrap_or_default() }
    }

    /// Adds a resource. Responds to `OPTIONS`, and with 405 to methods without a handler. `Allow` lists the
    /// methods that the OpenAPI document has for `path`.
    #[must_use]
    pub fn resource(self, path: &str, methods: MethodRouter<S>) -> Self {
        let resource = &self.document["paths"][path];
        let mut options = HeaderMap::new();
        if let Some(formats) = resource["patch"]["requestBody"]["content"].as_object() {
            // `Accept-Patch` lists the media types of a patch (RFC 5789, section 3.1).
            let media_types: Vec<&str> = formats.keys().map(String::as_str).collect();
            options.insert(HeaderName::from_static("accept-patch"), header_value(&media_types.join(", ")));
        }
        let methods = complete(methods, &allowed_methods([resource]), options);
        Self { router: self.router.route(path, methods), ..self }
    }

    /// Adds `/openapi.json`, the documentation page at `/docs`, and a 404 response for all other paths.
    pub fn finish(self, state: S) -> Router {
        let allow =
            allowed_methods(self.document["paths"].as_object().into_iter().flat_map(|paths| paths.values()));
        self.router
            .merge(docs::routes(self.json, self.document["info"]["title"].as_str().unwrap_or_default()))
            .fallback(async move |method: Method, uri: Uri| not_found::<S>(&method, &uri, allow))
            .with_state(state)
    }
}

impl<S> fmt::Debug for ApiRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRouter").finish_non_exhaustive()
    }
}

/// Adds responses to `OPTIONS` and to unsupported methods (405). Used for read-only paths that the OpenAPI
/// document does not list, such as `/docs`.
pub(crate) fn file<S: Api>(methods: MethodRouter<S>) -> MethodRouter<S> {
    complete(methods, "GET, HEAD, OPTIONS", HeaderMap::new())
}

/// Adds responses to `OPTIONS` and to methods without a handler. `allow` lists the supported methods;
/// `options` has further headers for the response to `OPTIONS`. axum itself derives `HEAD` from `GET`.
fn complete<S: Api>(methods: MethodRouter<S>, allow: &str, mut options: HeaderMap) -> MethodRouter<S> {
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

/// Returns the 404 response for an unknown path. `OPTIONS *` is a request for the methods of the whole server
/// (RFC 9110, section 9.3.7).
fn not_found<S: Api>(method: &Method, uri: &Uri, allow: String) -> Response {
    if method == Method::OPTIONS && uri.path() == "*" {
        return (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response();
    }
    S::Error::from(Rejection::no_such_path::<S>(uri)).into_response()
}

/// Returns a value of `Allow` with the methods that at least one of the resources supports.
fn allowed_methods<'a>(resources: impl IntoIterator<Item = &'a Value>) -> String {
    let resources: Vec<&Value> = resources.into_iter().collect();
    let supported =
        METHODS.into_iter().filter(|(key, _)| resources.iter().any(|resource| !resource[key].is_null()));
    supported.map(|(_, names)| names).chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}

/// Converts a list of methods or media types to a header value. Such a list is always valid.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
