//! The operations that list books, get a book and get an author.

use axum::http::StatusCode;
use serde_json::json;

use super::support::Service;

#[tokio::test]
async fn book_has_its_revision_as_etag() {
    let service = Service::new();
    let response = service.get("/v1/books/1", &[]).await;
    assert_eq!((response.status, response.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(response.header("etag"), "\"1\"");
    let book = r#"{"id":1,"title":"UNIX Network Programming","author_id":1,"year":1990,"revision":1}"#;
    assert_eq!(str::from_utf8(&response.body).unwrap(), book);
    // hyper adds `date`. A fifth header would show in every recording.
    assert_eq!(response.headers.len(), 3, "{:?}", response.headers);
}

#[tokio::test]
async fn author_has_id_and_name() {
    let response = Service::new().get("/v1/authors/3", &[]).await;
    assert_eq!(response.json(), json!({ "id": 3, "name": "Radia Perlman" }));
}

#[tokio::test]
async fn page_token_selects_the_next_page() {
    let service = Service::new();
    let first = service.get("/v1/books?page_size=13", &[]).await.json();
    assert_eq!(first["books"].as_array().unwrap().len(), 13);
    let token = first["next_page_token"].as_str().unwrap();
    let second = service.get(&format!("/v1/books?page_size=13.0&page_token={token}"), &[]).await.json();
    assert_eq!((&second["books"][0]["id"], second.get("next_page_token")), (&json!(14), None));
}

#[tokio::test]
async fn author_id_filters_the_list() {
    let stevens = Service::new().get("/v1/books?author_id=1", &[]).await.json();
    assert_eq!(stevens["books"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn invalid_query_parameters_are_reported_together() {
    let service = Service::new();
    for (query, fields) in [
        ("page_size=0", &["page_size"][..]),
        ("page_size=101", &["page_size"]),
        ("page_size=1.5", &["page_size"]),
        ("page_size=", &["page_size"]),
        ("page_size=%201", &["page_size"]),
        ("page_size=01", &["page_size"]),
        ("author_id=4294967296", &["author_id"]),
        ("author_id=-1", &["author_id"]),
        ("page_size=1&page_size=2", &["page_size"]),
        ("size=1", &["size"]),
        ("author_id=a&page_size=b&c", &["author_id", "page_size", "c"]),
    ] {
        let response = service.get(&format!("/v1/books?{query}"), &[]).await;
        assert_eq!((response.status, response.problem_type()), (StatusCode::BAD_REQUEST, "invalid".into()));
        assert_eq!(response.invalid_fields(), fields, "{query}");
    }
}

#[tokio::test]
async fn page_token_of_another_list_is_404() {
    let service = Service::new();
    let token = service.get("/v1/books?page_size=1", &[]).await.json()["next_page_token"].clone();
    let other = format!("/v1/books?author_id=1&page_token={}", token.as_str().unwrap());
    for path in ["/v1/books?page_token=", "/v1/books?page_token=nonsense", &other] {
        let response = service.get(path, &[]).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.problem_type(), "no-such-page");
        assert_eq!(response.invalid_fields(), ["page_token"]);
    }
}
