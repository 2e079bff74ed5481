//! `ETag`, `If-Match` and `If-None-Match`.

use std::cell::Cell;

use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::http::{Request, StatusCode};
use axum::response::IntoResponse as _;
use bookshelf::{BookPatch, Shelf};
use hardening_http::Shutdown;
use hardening_rest::Conditions;

use super::support::{JSON, Service};
use crate::limits::MAX_BODY_BYTES;

#[tokio::test]
async fn unchanged_book_is_304() {
    let service = Service::new();
    for (tags, status) in [
        ("\"1\"", StatusCode::NOT_MODIFIED),
        ("W/\"1\"", StatusCode::NOT_MODIFIED),
        ("*", StatusCode::NOT_MODIFIED),
        ("\"7\", \"1\"", StatusCode::NOT_MODIFIED),
        ("\"2\"", StatusCode::OK),
        ("\"01\", \"1,\"", StatusCode::OK),
        ("", StatusCode::OK),
    ] {
        for method in ["GET", "HEAD"] {
            let response =
                service.send(method, "/v1/books/1", &[("if-none-match", tags)], Body::empty()).await;
            assert_eq!((response.status, response.header("etag")), (status, "\"1\""), "{tags}");
            assert!(status == StatusCode::OK || response.body.is_empty(), "{tags}");
        }
    }
}

#[tokio::test]
async fn missing_book_is_404_despite_if_none_match() {
    let response = Service::new().get("/v1/books/99", &[("if-none-match", "*")]).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn update_requires_if_match() {
    let service = Service::new();
    for headers in [&[JSON][..], &[JSON, ("if-none-match", "\"7\"")]] {
        let response = service.send("PATCH", "/v1/books/1", headers, r#"{"year":1}"#).await;
        assert_eq!(response.status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(response.problem_type(), "about:blank");
    }
}

#[tokio::test]
async fn delete_does_not_require_if_match() {
    let response = Service::new().send("DELETE", "/v1/books/2", &[], Body::empty()).await;
    assert_eq!(response.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn change_with_a_failed_precondition_is_412() {
    let service = Service::new();
    for (header, tags) in [
        ("if-match", "\"2\""),
        ("if-match", "W/\"1\""),
        ("if-match", "\"2\" , \"x,y\""),
        ("if-match", ""),
        ("if-none-match", "W/\"1\""),
        ("if-none-match", "*"),
    ] {
        for method in ["PATCH", "DELETE"] {
            let mut headers = vec![JSON, (header, tags)];
            if header == "if-none-match" {
                headers.push(("if-match", "*"));
            }
            let response = service.send(method, "/v1/books/1", &headers, r#"{"year":1}"#).await;
            assert_eq!(response.status, StatusCode::PRECONDITION_FAILED, "{method} {header} {tags}");
            assert_eq!(response.problem_type(), "conflict");
            assert_eq!(response.problem()["revision"], 1);
        }
    }
    let response = service.get("/v1/books/1", &[("if-match", "\"2\"")]).await;
    assert_eq!(response.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(service.shelf.last_change().await, Ok(0));
}

/// A request that fails without preconditions fails in the same way with them (RFC 9110, section 13.2.1).
#[tokio::test]
async fn other_errors_take_precedence_over_failed_preconditions() {
    let service = Service::new();
    let long = " ".repeat(MAX_BODY_BYTES + 1);
    for (header, body, status) in [
        (("content-type", "text/plain"), "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (("content-encoding", "gzip"), "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (("accept", "text/html"), "{}", StatusCode::NOT_ACCEPTABLE),
        (("accept", "*/*"), &long, StatusCode::PAYLOAD_TOO_LARGE),
        (("accept", "*/*"), "{}", StatusCode::PRECONDITION_FAILED),
    ] {
        let mut headers = vec![header, ("if-match", "\"9\"")];
        if header.0 != "content-type" {
            headers.push(JSON);
        }
        let response = service.send("PATCH", "/v1/books/1", &headers, body.to_owned()).await;
        assert_eq!(response.status, status, "{header:?}");
    }
}

#[tokio::test]
async fn change_of_the_current_revision_succeeds() {
    let service = Service::new();
    for (revision, tags) in (2..).zip(["\"1\"", "\"7\", \"2\"", "*"]) {
        let headers = [JSON, ("if-match", tags)];
        let response = service.send("PATCH", "/v1/books/1", &headers, r#"{"year":1}"#).await;
        assert_eq!(response.status, StatusCode::OK, "{tags}");
        assert_eq!(response.header("etag"), format!("\"{revision}\""));
    }
    // A list can span several header lines.
    let lines = [("if-match", "\"7\""), ("if-match", "\"4\"")];
    let response = service.send("DELETE", "/v1/books/1", &lines, Body::empty()).await;
    assert_eq!(response.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn malformed_etag_list_is_400() {
    let service = Service::new();
    for tags in ["1", "\"1", "'1'", "\"1\" \"2\"", "*, \"1\""] {
        for (method, header, field) in [
            ("GET", "if-none-match", "If-None-Match"),
            ("PATCH", "if-match", "If-Match"),
            ("DELETE", "if-match", "If-Match"),
        ] {
            let headers = [JSON, (header, tags)];
            let response = service.send(method, "/v1/books/1", &headers, r#"{"year":1}"#).await;
            assert_eq!(response.status, StatusCode::BAD_REQUEST, "{method} {tags}");
            assert_eq!(response.invalid_fields(), [field]);
        }
    }
}

#[tokio::test]
async fn preconditions_are_checked_again_after_a_concurrent_change() {
    for (tags, expected) in
        [("\"1\"", Err(StatusCode::PRECONDITION_FAILED)), ("\"1\", \"2\"", Ok(2)), ("*", Ok(2))]
    {
        let shelf = Shelf::seeded();
        let service = crate::Service::new(shelf.clone(), Shutdown::new());
        let (mut head, ()) = Request::builder().header("if-match", tags).body(()).unwrap().into_parts();
        let conditions = Conditions::from_request_parts(&mut head, &service).await.unwrap();
        let is_first = Cell::new(true);
        let (shelf, is_first) = (&shelf, &is_first);
        let deleted = service.change(1, &conditions, |revision| async move {
            if is_first.take() {
                let patch = BookPatch { year: Some(2000), ..BookPatch::default() };
                shelf.update(1, revision, patch).await?;
            }
            shelf.delete_at(1, revision).await
        });
        let result =
            deleted.await.map(|book| book.revision).map_err(|problem| problem.into_response().status());
        assert_eq!(result, expected, "{tags}");
    }
}
