//! The operations that create, update and delete a book.

use axum::body::Body;
use axum::http::StatusCode;
use bookshelf::Limits;
use serde_json::json;

use super::support::{JSON, Service};

#[tokio::test]
async fn created_book_is_found_at_its_location() {
    let service = Service::new();
    // In JSON, 2 and 2.0 are the same number.
    let response = service.post(r#"{"title":"New","author_id":2.0,"year":2.001e3}"#).await;
    assert_eq!((response.status, response.header("location")), (StatusCode::CREATED, "/v1/books/15"));
    assert_eq!(response.header("etag"), "\"1\"");
    let book = json!({ "id": 15, "title": "New", "author_id": 2, "year": 2001, "revision": 1 });
    assert_eq!(response.json(), book);
    assert_eq!(service.get("/v1/books/15", &[]).await.json(), book);
}

#[tokio::test]
async fn patch_changes_only_the_given_fields() {
    let service = Service::new();
    for (revision, media_type, patch) in [
        (2, "application/json", json!({ "year": 1991 })),
        (3, "application/merge-patch+json", json!({ "title": "Renamed", "author_id": 2 })),
        (4, "Application/Merge-Patch+JSON; charset=\"UTF-8\"", json!({ "year": -3000 })),
    ] {
        let mut expected = service.get("/v1/books/1", &[]).await.json();
        expected["revision"] = json!(revision);
        expected.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
        let headers = [("content-type", media_type), ("if-match", "*")];
        let response = service.send("PATCH", "/v1/books/1", &headers, patch.to_string()).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.header("etag"), format!("\"{revision}\""));
        assert_eq!(response.json(), expected);
        assert_eq!(service.get("/v1/books/1", &[]).await.json(), expected);
    }
}

#[tokio::test]
async fn deleted_book_is_404() {
    let service = Service::new();
    let response = service.send("DELETE", "/v1/books/1", &[], Body::empty()).await;
    assert_eq!((response.status, response.body.len()), (StatusCode::NO_CONTENT, 0));
    for method in ["DELETE", "GET", "PATCH"] {
        let response = service.send(method, "/v1/books/1", &[JSON], Body::empty()).await;
        assert_eq!((response.status, response.problem_type()), (StatusCode::NOT_FOUND, "not-found".into()));
    }
}

#[tokio::test]
async fn invalid_body_fields_are_reported_together() {
    let service = Service::new();
    let all = &["title", "author_id", "year"][..];
    for (body, fields) in [
        ("{}", all),
        (r#"{"title":7,"author_id":"1","year":null}"#, all),
        (r#"{"title":["t"],"author_id":4294967296,"year":1e300}"#, all),
        (r#"{"title":"t","author_id":1.5,"year":2101}"#, &["author_id", "year"]),
        (r#"{"title":"a","title":"a","author_id":1,"year":1}"#, &["title"]),
        (r#"{"title":"","author_id":1,"year":1}"#, &["title"]),
        (r#"{"title":"a\n","author_id":1,"year":1}"#, &["title"]),
        // The shelf reports the unknown author 77, but only after all other errors are corrected.
        (r#"{"title":"","author_id":77,"year":5000}"#, &["title", "year"]),
        (r#"{"title":"t","author_id":1,"year":1,"id":7}"#, &["id"]),
    ] {
        let response = service.post(body).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(response.problem_type(), "invalid", "{body}");
        assert_eq!(response.invalid_fields(), fields, "{body}");
    }
    assert_eq!(service.shelf.last_change().await, Ok(0));
}

#[tokio::test]
async fn null_or_empty_patch_is_422() {
    let service = Service::new();
    for (body, field) in [
        (r#"{"title":null}"#, "title"),
        (r#"{"year":null}"#, "year"),
        (r#"{"colour":null}"#, "colour"),
        ("{}", "body"),
    ] {
        let response = service.patch(body).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(response.invalid_fields(), [field], "{body}");
    }
    assert_eq!(service.shelf.last_change().await, Ok(0));
}

#[tokio::test]
async fn unknown_author_is_409() {
    let service = Service::new();
    let created = service.post(r#"{"title":"t","author_id":99,"year":1}"#).await;
    let updated = service.patch(r#"{"author_id":99}"#).await;
    for response in [created, updated] {
        assert_eq!(response.status, StatusCode::CONFLICT);
        assert_eq!(response.problem_type(), "no-such-author");
        assert_eq!(response.invalid_fields(), ["author_id"]);
    }
}

#[tokio::test]
async fn create_on_a_full_shelf_is_507() {
    let service = Service::with_limits(Limits { books: 14, ..Limits::default() });
    let response = service.post(json!({ "title": "t", "author_id": 1, "year": 1 }).to_string()).await;
    assert_eq!((response.status, response.problem_type()), (StatusCode::INSUFFICIENT_STORAGE, "full".into()));
}

#[tokio::test]
async fn error_messages_never_contain_rust_types() {
    let service = Service::new();
    let values = ["null", "true", "-1", "1.5", "1e400", "\"x\"", "[]", "{}", "", "nonsense", "\"\\ud800\""];
    for value in values {
        for body in [
            value.to_owned(),
            format!("[{value}]"),
            format!("{{\"title\":{value}}}"),
            format!("{{\"author_id\":{value},\"year\":{value}}}"),
        ] {
            for response in [service.post(body.clone()).await, service.patch(body).await] {
                // Some of the bodies are valid as patches.
                let detail = if response.status.is_success() { continue } else { response.detail() };
                for word in ["u32", "i32", "i64", "u64", "struct", "Some(", "None", "expected one of", "::"] {
                    assert!(!detail.contains(word), "{detail}");
                }
            }
        }
    }
}
