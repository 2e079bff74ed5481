//! A panic in a handler ends only its own call.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Version};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use hardening_http::{Limits, Shutdown};
use http_body_util::BodyExt as _;
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::ServiceExt as _;

use super::{Guard, Guarded};
use crate::Api;
use crate::status::ErrorDomain;

/// Panics after the response head and one message.
async fn panic_in_stream() -> Response {
    let mut remaining = 1;
    Response::new(Body::from_stream(stream::poll_fn(move |_| {
        remaining -= 1;
        assert_eq!(remaining, 0, "deliberate panic");
        std::task::Poll::Ready(Some(Ok::<_, axum::Error>(Bytes::from_static(b"\0\0\0\0\0"))))
    })))
}

/// Returns the body and the status of a call to a method that panics.
async fn call(path: &str) -> (Bytes, Status) {
    let panic_at_once = || async {
        if true {
            panic!("deliberate panic")
        }
    };
    let services =
        Router::new().route("/AtOnce", post(panic_at_once)).route("/Stream", post(panic_in_stream));
    let domain = ErrorDomain("test");
    let api = Api { domain, descriptors: &[], max_request_bytes: 100, compressed_methods: &[] };
    let guard = Guard { api, request_timeout: Limits::default().request_timeout, shutdown: Shutdown::new() };
    let request = Request::post(path).version(Version::HTTP_2).header("content-type", "application/grpc");
    let response = Guarded::new(Routes::from(services), guard)
        .oneshot(request.body(tonic::body::Body::empty()).unwrap())
        .await
        .unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap();
    let status = |headers: &HeaderMap| Status::from_header_map(headers);
    let status = body.trailers().and_then(status).or_else(|| status(&head.headers)).unwrap();
    (body.to_bytes(), status)
}

#[tokio::test]
async fn panic_is_an_internal_error() {
    let (_, status) = call("/AtOnce").await;
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.get_details_error_info().unwrap().reason, "INTERNAL_ERROR");
    assert!(!status.message().contains("deliberate"), "clients do not see the panic's message");
}

#[tokio::test]
async fn messages_sent_before_a_panic_are_delivered() {
    let (body, status) = call("/Stream").await;
    assert_eq!(body.len(), 5);
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.get_details_error_info().unwrap().reason, "INTERNAL_ERROR");
}
