//! Bodies that are malformed, too long, too slow or of an unsupported type.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hardening_rest::limits::MAX_ERRORS;
use http_body_util::{BodyExt as _, Full};

use super::support::{JSON, Service};
use crate::limits::MAX_BODY_BYTES;

#[tokio::test]
async fn malformed_json_is_400() {
    let service = Service::new();
    for body in ["", "{", "[1", "{\"title\":1e999}", r#""\ud800""#, "{} {}", &"[".repeat(10_000)] {
        assert_eq!(service.post(body.to_owned()).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(service.post(&b"{\"title\":\"\xff\"}"[..]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn json_other_than_an_object_is_422() {
    let service = Service::new();
    for body in ["[]", r#"["t",1,2000]"#, "null", "1", "\"title\""] {
        let response = service.post(body).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(response.problem()["title"], "Unprocessable Content");
    }
}

#[tokio::test]
async fn unsupported_media_type_is_415() {
    let service = Service::new();
    for media_type in [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json-patch+json",
        "application/json; charset=latin1",
    ] {
        for (method, path, header, supported) in [
            ("POST", "/v1/books", "accept", "application/json"),
            ("PATCH", "/v1/books/1", "accept-patch", "application/merge-patch+json, application/json"),
        ] {
            let headers = [("content-type", media_type), ("if-match", "*")];
            let response = service.send(method, path, &headers, "{}").await;
            assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media_type}");
            assert_eq!(response.header(header), supported, "{method}");
        }
    }
    let merge_patch = [("content-type", "application/merge-patch+json")];
    let response = service.send("POST", "/v1/books", &merge_patch, "{}").await;
    assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn compressed_body_is_415() {
    let service = Service::new();
    let response = service.send("POST", "/v1/books", &[JSON, ("content-encoding", "gzip")], "{}").await;
    assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(response.header("accept-encoding"), "identity");
    let response = service.send("POST", "/v1/books", &[JSON, ("content-encoding", "identity")], "{}").await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn body_above_the_limit_is_413() {
    let service = Service::new();
    let book = r#"{"title":"t","author_id":1,"year":1}"#;
    let padded = |length: usize| format!("{book}{}", " ".repeat(length - book.len()));
    assert_eq!(service.post(padded(MAX_BODY_BYTES)).await.status, StatusCode::CREATED);
    // With a known length, and in chunks.
    let long = padded(MAX_BODY_BYTES + 1);
    let chunks = stream::iter([Ok::<_, Infallible>(Bytes::from(long.clone()))]);
    for body in [Body::from(long), Body::from_stream(chunks)] {
        let response = service.post(body).await;
        assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(response.problem()["title"], "Content Too Large");
    }
}

#[tokio::test]
async fn number_of_reported_errors_is_limited() {
    let service = Service::new();
    let body = format!("{{{}}}", ["\"x\":1"; 2_000].join(","));
    let query = format!("/v1/books?page_size=0&{}", ["x"; 20_000].join("&"));
    for response in [service.post(body).await, service.get(&query, &[]).await] {
        assert_eq!(response.invalid_fields().len(), MAX_ERRORS);
        assert!(response.body.len() < 2_500, "{}", response.body.len());
    }
}

#[tokio::test(start_paused = true)]
async fn stalled_body_times_out() {
    // One byte per second, without end.
    let slow = stream::repeat(Ok::<_, Infallible>(" ")).then(async |byte| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        byte
    });
    let response = Service::new().post(Body::from_stream(slow)).await;
    assert_eq!(response.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(response.problem_type(), "about:blank");
}

#[tokio::test]
async fn truncated_body_is_400() {
    let broken = stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let response = Service::new().post(Body::from_stream(broken)).await;
    assert_eq!((response.status, response.problem_type()), (StatusCode::BAD_REQUEST, "about:blank".into()));
}

/// The server sends `100 Continue` when it begins to read the body. If it rejects the headers instead, a
/// client that waits for the 100 never sends the body.
#[tokio::test]
async fn body_is_not_read_if_headers_are_invalid() {
    let service = Service::new();
    let announced = Full::from(vec![b' '; MAX_BODY_BYTES + 1]).inspect_frame(|_| panic!("the body was read"));
    let response = service.post(Body::new(announced)).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    let unread = || {
        Body::from_stream(stream::once(async { panic!("the body was read") }).map(Ok::<Bytes, Infallible>))
    };
    for (method, path, headers, status) in [
        ("PATCH", "/v1/books/99", &[JSON][..], StatusCode::NOT_FOUND),
        ("PATCH", "/v1/books/1", &[JSON], StatusCode::PRECONDITION_REQUIRED),
        ("PATCH", "/v1/books/1", &[JSON, ("if-match", "\"7\"")], StatusCode::PRECONDITION_FAILED),
        ("PATCH", "/v1/books/1", &[("if-match", "*")], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("POST", "/v1/books", &[], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("POST", "/v1/books", &[("accept", "text/html")], StatusCode::NOT_ACCEPTABLE),
    ] {
        let response = service.send(method, path, headers, unread()).await;
        assert_eq!(response.status, status, "{method} {path}");
    }
}
