//! Books and authors, read.

use axum::http::StatusCode;
use serde_json::json;

use super::support::Service;

#[tokio::test]
async fn a_book_comes_with_its_revision_as_its_etag() {
    let service = Service::new();
    let reply = service.get("/v1/books/1", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(reply.header("etag"), "\"1\"");
    let book = r#"{"id":1,"title":"UNIX Network Programming","author_id":1,"year":1990,"revision":1}"#;
    assert_eq!(String::from_utf8(reply.body).unwrap(), book);
    // Three headers and the date that hyper adds: what the comparison of the sockets shows does not grow unseen.
    assert_eq!(reply.headers.len(), 3, "{:?}", reply.headers);
}

#[tokio::test]
async fn an_author_has_a_name() {
    let reply = Service::new().get("/v1/authors/3", &[]).await;
    assert_eq!(reply.json(), json!({ "id": 3, "name": "Radia Perlman" }));
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let service = Service::new();
    let first = service.get("/v1/books?page_size=13", &[]).await.json();
    assert_eq!(first["books"].as_array().unwrap().len(), 13);
    let token = first["next_page_token"].as_str().unwrap();
    let second = service.get(&format!("/v1/books?page_size=13.0&page_token={token}"), &[]).await.json();
    assert_eq!((second["books"][0]["id"].clone(), second.get("next_page_token")), (json!(14), None));
    let stevens = service.get("/v1/books?author_id=1", &[]).await.json();
    assert_eq!(stevens["books"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn each_parameter_of_a_query_that_is_wrong_is_named() {
    let service = Service::new();
    let known = "is unknown; known are author_id, page_size, page_token";
    let range = |last: u32, is: &str| format!("must be a whole number from 1 to {last}, is {is}");
    for (query, errors) in [
        ("page_size=0", vec![format!("page_size {}", range(100, "0"))]),
        ("page_size=101", vec![format!("page_size {}", range(100, "101"))]),
        ("page_size=1.5", vec![format!("page_size {}", range(100, "1.5"))]),
        ("page_size=", vec![format!("page_size {}", range(100, "no number"))]),
        ("page_size=%201", vec![format!("page_size {}", range(100, "no number"))]),
        ("page_size=01", vec![format!("page_size {}", range(100, "no number"))]),
        ("author_id=4294967296", vec![format!("author_id {}", range(u32::MAX, "4294967296"))]),
        ("author_id=-1", vec![format!("author_id {}", range(u32::MAX, "-1"))]),
        ("page_size=1&page_size=2", vec!["page_size is there more than once".to_owned()]),
        ("size=1", vec![format!("size {known}")]),
        (
            "author_id=a&page_size=b&c",
            vec![
                format!("author_id {}", range(u32::MAX, "no number")),
                format!("page_size {}", range(100, "no number")),
                format!("c {known}"),
            ],
        ),
    ] {
        let reply = service.get(&format!("/v1/books?{query}"), &[]).await;
        assert_eq!((reply.status, reply.errors()), (StatusCode::BAD_REQUEST, errors), "{query}");
    }
}

#[tokio::test]
async fn a_page_that_no_list_has_is_a_404() {
    let service = Service::new();
    let token = service.get("/v1/books?page_size=1", &[]).await.json()["next_page_token"].clone();
    let other = format!("/v1/books?author_id=1&page_token={}", token.as_str().unwrap());
    for (path, error) in [
        ("/v1/books?page_token=", "page_token must be a page token that this service issued"),
        ("/v1/books?page_token=nonsense", "page_token must be a page token that this service issued"),
        (&other, "page_token belongs to a list with another author_id"),
    ] {
        let reply = service.get(path, &[]).await;
        assert_eq!((reply.status, reply.errors()), (StatusCode::NOT_FOUND, vec![error.to_owned()]), "{path}");
        assert_eq!(reply.json()["type"], "urn:problem-type:bookshelf:no-such-page");
    }
}
