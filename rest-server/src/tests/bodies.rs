//! Bodies that are no JSON objects, too long, too slow, or of another kind.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full};

use super::support::{JSON, Service};
use crate::limits::{MAX_BODY_BYTES, MAX_ERRORS};

#[tokio::test]
async fn a_body_is_json_and_an_object() {
    let service = Service::new();
    for (body, detail) in [
        ("", "the body cannot be read as JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "the body cannot be read as JSON: EOF while parsing an object at line 1 column 1"),
        ("[1", "the body cannot be read as JSON: EOF while parsing a list at line 1 column 2"),
        ("{\"title\":1e999}", "the body cannot be read as JSON: number out of range at line 1 column 14"),
        (r#""\ud800""#, "the body cannot be read as JSON: unexpected end of hex escape at line 1 column 8"),
        ("{} {}", "the body cannot be read as JSON: trailing characters at line 1 column 4"),
    ] {
        let reply = service.post(body).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::BAD_REQUEST, detail), "{body}");
    }
    let deep = "[".repeat(10_000);
    assert_eq!(service.post(deep).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(service.post(&b"{\"title\":\"\xff\"}"[..]).await.status, StatusCode::BAD_REQUEST);
    for body in ["[]", r#"["t",1,2000]"#, "null", "1", "\"title\""] {
        let reply = service.post(body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(reply.problem(), "the body must be a JSON object");
        assert_eq!(reply.json()["title"], "Unprocessable Content");
    }
}

#[tokio::test]
async fn another_media_type_is_a_415_that_names_the_right_one() {
    let service = Service::new();
    let foreign = [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json-patch+json",
        "application/json; charset=latin1",
    ];
    for kind in foreign {
        let headers = [("content-type", kind), ("if-match", "*")];
        let reply = service.send("POST", "/v1/books", &headers, "{}").await;
        assert_eq!(
            (reply.status, reply.header("accept")),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "application/json")
        );
        assert_eq!(reply.problem(), "Content-Type must be application/json, in UTF-8");
        let reply = service.send("PATCH", "/v1/books/1", &headers, "{}").await;
        let types = "application/merge-patch+json, application/json";
        assert_eq!((reply.status, reply.header("accept-patch")), (StatusCode::UNSUPPORTED_MEDIA_TYPE, types));
    }
    let reply =
        service.send("POST", "/v1/books", &[("content-type", "application/merge-patch+json")], "{}").await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_compressed_body_is_a_415() {
    let headers = [JSON, ("content-encoding", "gzip")];
    let reply = Service::new().send("POST", "/v1/books", &headers, "{}").await;
    assert_eq!(
        (reply.status, reply.header("accept-encoding")),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "identity")
    );
    let headers = [JSON, ("content-encoding", "identity")];
    let reply = Service::new().send("POST", "/v1/books", &headers, "{}").await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let service = Service::new();
    let book = r#"{"title":"t","author_id":1,"year":1}"#;
    let padded = |length: usize| format!("{book}{}", " ".repeat(length - book.len()));
    assert_eq!(service.post(padded(MAX_BODY_BYTES)).await.status, StatusCode::CREATED);
    // With a length that says so, and without.
    let long = padded(MAX_BODY_BYTES + 1);
    let chunks = stream::iter([Ok::<_, Infallible>(Bytes::from(long.clone()))]);
    for body in [Body::from(long), Body::from_stream(chunks)] {
        let reply = service.post(body).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(reply.problem(), "the body of a request has at most 16384 bytes");
        assert_eq!(reply.json()["title"], "Content Too Large");
    }
}

#[tokio::test]
async fn a_request_full_of_faults_is_answered_briefly() {
    let service = Service::new();
    let body = format!("{{{}}}", ["\"x\":1"; 2_000].join(","));
    let query = format!("/v1/books?page_size=0&{}", ["x"; 20_000].join("&"));
    for reply in [service.post(body).await, service.get(&query, &[]).await] {
        assert_eq!(reply.errors().len(), MAX_ERRORS);
        assert!(reply.body.len() < 2_000, "{}", reply.body.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_has_its_time() {
    // One byte a second, for ever.
    let slow = stream::repeat(Ok::<_, Infallible>(" ")).then(async |byte| {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        byte
    });
    let reply = Service::new().post(Body::from_stream(slow)).await;
    assert_eq!(reply.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(reply.problem(), "the body was not there within 10 seconds");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_400() {
    let broken = stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let reply = Service::new().post(Body::from_stream(broken)).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::BAD_REQUEST, "the body broke off"));
}

/// A client that asks before it sends is told to go on by the first read. What is refused before that was never sent.
#[tokio::test]
async fn what_can_be_refused_without_the_body_is_refused_before_it_is_read() {
    let service = Service::new();
    let announced = Full::from(vec![b' '; MAX_BODY_BYTES + 1]).inspect_frame(|_| panic!("the body was read"));
    let reply = service.post(Body::new(announced)).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
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
        let reply = service.send(method, path, headers, unread()).await;
        assert_eq!(reply.status, status, "{method} {path}");
    }
}
