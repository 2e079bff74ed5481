//! Test support: sends requests to the router and reads the responses.

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use bookshelf::{Limits, Shelf};
use hardening_http::Shutdown;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::openapi::assert_documented;
use super::response::Response;

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// The router, with the shelf and the shutdown signal that it uses.
pub(super) struct Service {
    pub(super) router: Router,
    pub(super) shelf: Shelf,
    pub(super) shutdown: Shutdown,
}

impl Service {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        let (shelf, shutdown) = (Shelf::with_limits(limits), Shutdown::new());
        Self { router: crate::router(shelf.clone(), shutdown.clone()), shelf, shutdown }
    }

    /// Sends a request and checks its response against the OpenAPI document.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let (head, body) = self.send_head(method, path, headers, body).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let response = Response { status: head.status, headers: head.headers, body };
        assert_documented(method, path, &response);
        response
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send("GET", path, headers, Body::empty()).await
    }

    pub(super) async fn post(&self, body: impl Into<Body>) -> Response {
        self.send("POST", "/v1/books", &[JSON], body).await
    }

    /// Patches book 1, whatever its revision.
    pub(super) async fn patch(&self, body: impl Into<Body>) -> Response {
        self.send("PATCH", "/v1/books/1", &[JSON, ("if-match", "*")], body).await
    }

    /// Sends a GET and returns the response body as a stream, which need not end.
    pub(super) async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> BodyDataStream {
        let response = self.send_head("GET", path, headers, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }

    /// Sends a request and returns its response with the body unread.
    pub(super) async fn send_head(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }
}
