//! A handler that panics ends its call, and nothing else.

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use hardening_http::{Limits, Shutdown};
use tonic::Code;
use tonic::service::Routes;

use super::support::{Reply, request};
use crate::call::{Bounds, supervise};

/// The head of an answer, one message, and then a panic.
async fn later() -> Response {
    let mut left = 1;
    Response::new(Body::from_stream(stream::poll_fn(move |_| {
        left -= 1;
        assert_eq!(left, 0, "a fault");
        std::task::Poll::Ready(Some(Ok::<_, axum::Error>(Bytes::from_static(b"\0\0\0\0\0"))))
    })))
}

fn faulty() -> Routes {
    let at_once = || async {
        if true {
            panic!("a fault")
        }
    };
    let router = Router::new()
        .route("/bookshelf.v1.BookshelfService/AtOnce", post(at_once))
        .route("/bookshelf.v1.BookshelfService/Later", post(later));
    let bounds = Bounds { request_timeout: Limits::default().request_timeout, shutdown: Shutdown::new() };
    router.layer(from_fn_with_state(bounds, supervise)).into()
}

#[tokio::test]
async fn a_panic_is_an_internal_error() {
    let reply = Reply::of(faulty(), request("AtOnce", &[], String::new())).await;
    assert_eq!(reply.code("INTERNAL_ERROR"), Code::Internal);
    assert!(!reply.status().message().contains("a fault"), "that is for the operator alone");
}

#[tokio::test]
async fn a_panic_in_a_stream_ends_it_with_an_internal_error() {
    let reply = Reply::of(faulty(), request("Later", &[], String::new())).await;
    assert_eq!(reply.body.len(), 5, "what came before stays");
    assert_eq!(reply.code("INTERNAL_ERROR"), Code::Internal);
}
