//! What the tests share: requests, and what comes back.

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Request, StatusCode};
use bookshelf::{Limits, Shelf};
use hardening_http::Shutdown;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// The service, and what a test may do to it from the inside.
pub(super) struct Service {
    pub(super) router: Router,
    pub(super) shelf: Shelf,
    pub(super) shutdown: Shutdown,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Its detail; it must be whole problem details.
    pub(super) fn problem(&self) -> String {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{problem}");
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        assert!(problem["type"].is_string() && problem["title"].is_string(), "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }

    /// What its `errors` say, as `field detail`.
    pub(super) fn errors(&self) -> Vec<String> {
        self.problem();
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let sentence = |error: &Value| {
            format!("{} {}", error["field"].as_str().unwrap(), error["detail"].as_str().unwrap())
        };
        errors.iter().map(sentence).collect()
    }
}

impl Service {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        let (shelf, shutdown) = (Shelf::with_limits(limits), Shutdown::new());
        Self { router: crate::router(shelf.clone(), shutdown.clone()), shelf, shutdown }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let (head, body) = self.call(method, path, headers, body).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: head.status, headers: head.headers, body }
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, Body::empty()).await
    }

    pub(super) async fn post(&self, body: impl Into<Body>) -> Reply {
        self.send("POST", "/v1/books", &[JSON], body).await
    }

    /// A patch of book 1, whatever its revision.
    pub(super) async fn patch(&self, body: impl Into<Body>) -> Reply {
        self.send("PATCH", "/v1/books/1", &[JSON, ("if-match", "*")], body).await
    }

    /// The body of an answer that does not end by itself.
    pub(super) async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> BodyDataStream {
        let response = self.call("GET", path, headers, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }

    async fn call(
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
