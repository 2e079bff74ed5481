//! The body of a POST: media type, encoding, length and timeout.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::{StreamExt as _, stream};

use super::support::{JSON, Service};
use hardening_graphql::limits::MAX_REQUEST_BYTES;

#[tokio::test]
async fn post_requires_a_json_content_type() {
    let service = Service::new();
    let send = async |kind: Option<&str>| {
        let mut request = Request::post("/graphql");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        service.send(request.body(Body::from(r#"{"query":"{__typename}"}"#)).unwrap()).await.status
    };
    for kind in [JSON, "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        assert_eq!(send(Some(kind)).await, StatusCode::OK, "{kind}");
    }
    let unsupported = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin1",
    ];
    for kind in unsupported.map(Some).into_iter().chain([None]) {
        assert_eq!(send(kind).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
    }
}

#[tokio::test]
async fn compressed_body_is_unsupported() {
    let service = Service::new();
    let send = async |coding: &str| {
        let request =
            Request::post("/graphql").header("content-type", JSON).header("content-encoding", coding);
        service.send(request.body(Body::from(r#"{"query":"{__typename}"}"#)).unwrap()).await
    };
    for coding in ["gzip", "br", "identity, gzip"] {
        let reply = send(coding).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{coding}");
        assert_eq!(reply.header("accept-encoding"), "identity");
    }
    assert_eq!(send("Identity").await.status, StatusCode::OK);
}

#[tokio::test]
async fn body_above_the_limit_returns_413() {
    let service = Service::new();
    let body = |length: usize| {
        let rest = r#"{"query":"{__typename}#"}"#.len();
        format!("{{\"query\":\"{{__typename}}#{}\"}}", "x".repeat(length - rest))
    };
    assert_eq!(service.post("*/*", body(MAX_REQUEST_BYTES)).await.status, StatusCode::OK);
    let reply = service.post("*/*", body(MAX_REQUEST_BYTES + 1)).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test(start_paused = true)]
async fn stalled_body_times_out() {
    let stalled = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post("/graphql").header("content-type", JSON).body(stalled).unwrap();
    assert_eq!(Service::new().send(request).await.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn body_above_the_limit_is_not_read_completely() {
    let chunk = vec![b'x'; 16 * 1024];
    let sent = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&sent);
    let chunks = stream::iter(0..100 * 1024 * 1024 / chunk.len()).map(move |_| {
        seen.fetch_add(chunk.len(), Ordering::Relaxed);
        Ok::<_, std::io::Error>(chunk.clone())
    });
    let request =
        Request::post("/graphql").header("content-type", JSON).body(Body::from_stream(chunks)).unwrap();
    assert_eq!(Service::new().send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(sent.load(Ordering::Relaxed) <= MAX_REQUEST_BYTES + 2 * 16 * 1024);
}
