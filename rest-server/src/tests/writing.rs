//! Books, created, changed and deleted.

use axum::body::Body;
use axum::http::StatusCode;
use bookshelf::Limits;
use serde_json::json;

use super::support::{JSON, Service};

#[tokio::test]
async fn a_created_book_says_where_it_is() {
    let service = Service::new();
    // To JSON 2 and 2.0 are the same number.
    let reply = service.post(r#"{"title":"New","author_id":2.0,"year":2.001e3}"#).await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::CREATED, "/v1/books/15"));
    assert_eq!(reply.header("etag"), "\"1\"");
    let book = json!({ "id": 15, "title": "New", "author_id": 2, "year": 2001, "revision": 1 });
    assert_eq!(reply.json(), book);
    assert_eq!(service.get("/v1/books/15", &[]).await.json(), book);
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let service = Service::new();
    for (revision, kind, patch) in [
        (2, "application/json", json!({ "year": 1991 })),
        (3, "application/merge-patch+json", json!({ "title": "Renamed", "author_id": 2 })),
        (4, "Application/Merge-Patch+JSON; charset=\"UTF-8\"", json!({ "year": -3000 })),
    ] {
        let headers = [("content-type", kind), ("if-match", "*")];
        let reply = service.send("PATCH", "/v1/books/1", &headers, patch.to_string()).await;
        assert_eq!(
            (reply.status, reply.header("etag")),
            (StatusCode::OK, format!("\"{revision}\"").as_str())
        );
        let book = service.get("/v1/books/1", &[]).await.json();
        assert_eq!(book, reply.json());
        for (name, value) in patch.as_object().unwrap() {
            assert_eq!(book[name], *value);
        }
    }
}

#[tokio::test]
async fn a_deleted_book_is_gone() {
    let service = Service::new();
    let reply = service.send("DELETE", "/v1/books/1", &[], Body::empty()).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::NO_CONTENT, 0));
    for method in ["DELETE", "GET", "PATCH"] {
        let reply = service.send(method, "/v1/books/1", &[JSON], Body::empty()).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::NOT_FOUND, "there is no book 1"));
    }
}

#[tokio::test]
async fn each_member_of_a_body_that_is_wrong_is_named() {
    let service = Service::new();
    let known = "is unknown; known are title, author_id, year";
    for (body, errors) in [
        ("{}", vec!["title is missing", "author_id is missing", "year is missing"]),
        (
            r#"{"title":7,"author_id":"1","year":null}"#,
            vec![
                "title must be a string, is 7",
                "author_id must be a whole number from 1 to 4294967295, is a string",
                "year must be a whole number from -3000 to 2100, is null",
            ],
        ),
        (
            r#"{"title":"t","author_id":1.5,"year":2101}"#,
            vec![
                "author_id must be a whole number from 1 to 4294967295, is 1.5",
                "year must be a whole number from -3000 to 2100, is 2101",
            ],
        ),
        (
            r#"{"title":["t"],"author_id":4294967296,"year":1e300}"#,
            vec![
                "title must be a string, is an array",
                "author_id must be a whole number from 1 to 4294967295, is 4294967296",
                "year must be a whole number from -3000 to 2100, is 1e+300",
            ],
        ),
        (r#"{"title":"a","title":"a","author_id":1,"year":1}"#, vec!["title is there more than once"]),
        (r#"{"title":"","author_id":1,"year":1}"#, vec!["title must not be empty"]),
        // That there is no author 77 is for the shelf to say, when the rest is right.
        (
            r#"{"title":"","author_id":77,"year":5000}"#,
            vec!["title must not be empty", "year must be a whole number from -3000 to 2100, is 5000"],
        ),
        (r#"{"title":"a\n","author_id":1,"year":1}"#, vec!["title must not contain control characters"]),
        (r#"{"title":"t","author_id":1,"year":1,"id":7}"#, vec![&format!("id {known}")]),
    ] {
        let reply = service.post(body).await;
        assert_eq!(
            (reply.status, reply.errors()),
            (StatusCode::UNPROCESSABLE_ENTITY, owned(&errors)),
            "{body}"
        );
        assert_eq!(reply.problem(), errors.join("; "));
    }
    assert_eq!(service.shelf.last_change(), 0, "nothing of it was done");
}

#[tokio::test]
async fn nothing_can_be_removed_from_a_book() {
    let service = Service::new();
    for (body, errors) in [
        (r#"{"title":null}"#, ["title must be a string, is null"]),
        (r#"{"year":null}"#, ["year must be a whole number from -3000 to 2100, is null"]),
        (r#"{"colour":null}"#, ["colour is unknown; known are title, author_id, year"]),
        ("{}", ["body must change at least one of title, author_id, year"]),
    ] {
        let reply = service.patch(body).await;
        assert_eq!(
            (reply.status, reply.errors()),
            (StatusCode::UNPROCESSABLE_ENTITY, owned(&errors)),
            "{body}"
        );
    }
    assert_eq!(service.shelf.last_change(), 0, "nothing of it was done");
}

#[tokio::test]
async fn what_only_this_shelf_rules_out_is_a_409() {
    let service = Service::new();
    let error = ["author_id must be the id of an author; there is no author 99"];
    let created = service.post(r#"{"title":"t","author_id":99,"year":1}"#).await;
    let changed = service.patch(r#"{"author_id":99}"#).await;
    for reply in [created, changed] {
        assert_eq!((reply.status, reply.errors()), (StatusCode::CONFLICT, owned(&error)));
        assert_eq!(reply.json()["type"], "urn:problem-type:bookshelf:no-such-author");
    }
}

#[tokio::test]
async fn a_full_shelf_says_so() {
    let service = Service::with_limits(Limits { books: 14, ..Limits::default() });
    let reply = service.post(json!({ "title": "t", "author_id": 1, "year": 1 }).to_string()).await;
    assert_eq!(reply.status, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(reply.problem(), "the shelf is full: it holds at most 14 books");
}

/// What a client is told is in its own words: none of Rust's.
#[tokio::test]
async fn no_rejection_speaks_of_rust() {
    let service = Service::new();
    let values = ["null", "true", "-1", "1.5", "1e400", "\"x\"", "[]", "{}", "", "nonsense", "\"\\ud800\""];
    for value in values {
        for body in [
            value.to_owned(),
            format!("[{value}]"),
            format!("{{\"title\":{value}}}"),
            format!("{{\"author_id\":{value},\"year\":{value}}}"),
        ] {
            for reply in [service.post(body.clone()).await, service.patch(body).await] {
                // A title is good as it is.
                let said = if reply.status.is_success() { continue } else { reply.problem() };
                for word in ["u32", "i32", "i64", "u64", "struct", "Some(", "None", "expected one of", "::"] {
                    assert!(!said.contains(word), "{said}");
                }
            }
        }
    }
}

fn owned(errors: &[&str]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}
