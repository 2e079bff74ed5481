//! `ETag`, `If-Match` and `If-None-Match`.

use std::cell::Cell;

use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::http::{Request, StatusCode};
use axum::response::IntoResponse as _;
use bookshelf::{BookPatch, Shelf};

use super::support::{JSON, Service};
use crate::conditions::Conditions;
use crate::limits::MAX_BODY_BYTES;

#[tokio::test]
async fn a_client_that_has_the_book_is_not_sent_it_again() {
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
            let reply = service.send(method, "/v1/books/1", &[("if-none-match", tags)], Body::empty()).await;
            assert_eq!((reply.status, reply.header("etag")), (status, "\"1\""), "{tags}");
            assert!(status == StatusCode::OK || reply.body.is_empty(), "{tags}");
        }
    }
    // What is not there has no tags.
    assert_eq!(service.get("/v1/books/99", &[("if-none-match", "*")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_change_needs_a_revision() {
    let service = Service::new();
    for headers in [&[JSON][..], &[JSON, ("if-none-match", "\"7\"")]] {
        let reply = service.send("PATCH", "/v1/books/1", headers, r#"{"year":1}"#).await;
        assert_eq!(reply.status, StatusCode::PRECONDITION_REQUIRED);
        assert!(reply.problem().contains("If-Match"), "{}", reply.problem());
    }
    // A deletion may do without.
    let reply = service.send("DELETE", "/v1/books/2", &[], Body::empty()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_change_of_another_revision_is_refused() {
    let service = Service::new();
    for (header, tags, detail) in [
        ("if-match", "\"2\"", "book 1 is at revision 1, not 2: read it again, then repeat the change"),
        (
            "if-match",
            "W/\"1\"",
            "book 1 is at revision 1, not W/\"1\": read it again, then repeat the change",
        ),
        (
            "if-match",
            "\"2\" , \"x,y\"",
            "book 1 is at revision 1, not 2 or x,y: read it again, then repeat the change",
        ),
        (
            "if-match",
            "",
            "book 1 is at revision 1, not one that is named: read it again, then repeat the change",
        ),
        ("if-none-match", "W/\"1\"", "book 1 is at revision 1, which If-None-Match names"),
        ("if-none-match", "*", "book 1 is at revision 1, which If-None-Match names"),
    ] {
        for method in ["PATCH", "DELETE"] {
            let mut headers = vec![JSON, (header, tags)];
            if header == "if-none-match" {
                headers.push(("if-match", "*"));
            }
            let reply = service.send(method, "/v1/books/1", &headers, r#"{"year":1}"#).await;
            assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::PRECONDITION_FAILED, detail));
            assert_eq!(reply.json()["revision"], 1);
        }
    }
    let reply = service.get("/v1/books/1", &[("if-match", "\"2\"")]).await;
    assert_eq!(reply.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(service.shelf.last_change(), 0, "nothing of it was done");
}

/// What would fail without the condition, before the body is read, fails so with it, too (RFC 9110, 13.2.1).
#[tokio::test]
async fn a_condition_hides_no_other_fault() {
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
        let reply = service.send("PATCH", "/v1/books/1", &headers, body.to_owned()).await;
        assert_eq!(reply.status, status, "{header:?}");
    }
}

#[tokio::test]
async fn a_change_of_the_right_revision_is_made() {
    let service = Service::new();
    for (revision, tags) in (2..).zip(["\"1\"", "\"7\", \"2\"", "*"]) {
        let reply = service.send("PATCH", "/v1/books/1", &[JSON, ("if-match", tags)], r#"{"year":1}"#).await;
        assert_eq!(
            (reply.status, reply.header("etag")),
            (StatusCode::OK, format!("\"{revision}\"").as_str())
        );
    }
    // A list can take several lines.
    let lines = [("if-match", "\"7\""), ("if-match", "\"4\"")];
    let reply = service.send("DELETE", "/v1/books/1", &lines, Body::empty()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_is_no_list_of_tags_is_a_400() {
    let service = Service::new();
    for tags in ["1", "\"1", "'1'", "\"1\" \"2\"", "*, \"1\""] {
        for (method, header, field) in [
            ("GET", "if-none-match", "If-None-Match"),
            ("PATCH", "if-match", "If-Match"),
            ("DELETE", "if-match", "If-Match"),
        ] {
            let reply = service.send(method, "/v1/books/1", &[JSON, (header, tags)], r#"{"year":1}"#).await;
            let error = format!("{field} must be * or a list of ETags, such as \"1\" or \"1\", \"2\"");
            assert_eq!((reply.status, reply.errors()), (StatusCode::BAD_REQUEST, vec![error]), "{tags}");
        }
    }
}

/// Someone else's change comes between the look at the revision and the change.
#[tokio::test]
async fn a_change_that_comes_too_late_is_judged_again() {
    for (tags, expected) in
        [("\"1\"", Err(StatusCode::PRECONDITION_FAILED)), ("\"1\", \"2\"", Ok(2)), ("*", Ok(2))]
    {
        let shelf = Shelf::seeded();
        let (mut head, ()) = Request::builder().header("if-match", tags).body(()).unwrap().into_parts();
        let conditions = Conditions::from_request_parts(&mut head, &()).await.unwrap();
        let first = Cell::new(true);
        let deleted = conditions.change(&shelf, 1, |revision| {
            if first.take() {
                shelf.update(1, revision, BookPatch { year: Some(2000), ..BookPatch::default() })?;
            }
            shelf.delete_at(1, revision)
        });
        let came_of_it =
            deleted.map(|book| book.revision).map_err(|problem| problem.into_response().status());
        assert_eq!(came_of_it, expected, "{tags}");
    }
}
