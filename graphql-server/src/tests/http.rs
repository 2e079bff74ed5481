//! The rules of GraphQL over HTTP.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::support::{GRAPHQL, JSON, Service};

/// `{book(id:1){id}}` in a URL.
const BOOK: &str = "/graphql?query=%7Bbook(id:1)%7Bid%7D%7D";

#[tokio::test]
async fn accept_header_selects_the_media_type() {
    let service = Service::new();
    for (accept, media) in [
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
    ] {
        for reply in [
            service.post(accept, r#"{"query":"{book(id:1){id}}"}"#).await,
            service.request("GET", BOOK, accept).await,
        ] {
            assert_eq!(reply.status, StatusCode::OK);
            assert_eq!(reply.header("content-type"), format!("{media}; charset=utf-8"));
            assert_eq!(reply.header("vary"), "accept");
            assert_eq!(reply.json(), json!({ "data": { "book": { "id": "1" } } }));
        }
    }
    let without_accept = Request::post("/graphql").header("content-type", JSON);
    let reply = service.send(without_accept.body(Body::from(r#"{"query":"{"}"#)).unwrap()).await;
    assert_eq!(reply.header("content-type"), format!("{GRAPHQL}; charset=utf-8"));
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(service.post("image/png", "{}").await.status, StatusCode::NOT_ACCEPTABLE);
    // Only a GET returns the page.
    assert_eq!(service.post("text/html", "{}").await.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn status_of_request_error_depends_on_media_type() {
    let service = Service::new();
    for query in ["{", "{nonsense}", "query($id:ID!){book(id:$id){id}}"] {
        let body = json!({ "query": query });
        for (media, status) in [(JSON, StatusCode::OK), (GRAPHQL, StatusCode::BAD_REQUEST)] {
            let reply = service.post(media, &body).await;
            assert_eq!((reply.status, reply.json().get("data")), (status, None), "{query}");
        }
    }
    // The status of an executed operation is 200, even with field errors.
    assert_eq!(service.post(GRAPHQL, r#"{"query":"{book(id:99){id}}"}"#).await.status, StatusCode::OK);
}

#[tokio::test]
async fn malformed_request_is_a_bad_request() {
    let service = Service::new();
    for body in [
        "{",
        "",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":"{a}","query":"{b}"}"#,
        r#"{"query":"{a}","operationName":1}"#,
        r#"{"query":"{a}","variables":[]}"#,
        r#"{"query":"{a}","extensions":""}"#,
        "[]",
        r#"[{"query":"{a}"}]"#,
        r#"["{a}"]"#,
        "1",
    ] {
        for media in [JSON, GRAPHQL] {
            let reply = service.post(media, body).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
                "{body}"
            );
            assert_eq!(reply.header("content-type"), format!("{media}; charset=utf-8"));
        }
    }
    let nulls = r#"{"query":"{__typename}","operationName":null,"variables":null,"extensions":null}"#;
    assert_eq!(service.post(GRAPHQL, nulls).await.status, StatusCode::OK);
}

#[tokio::test]
async fn get_reads_parameters_from_the_url() {
    let service = Service::new();
    let path = "/graphql?query=query%20A($id:ID!)%7Bbook(id:$id)%7Bid%7D%7D%20query%20B%7B__typename%7D&operationName=A";
    let with = |rest: &str| format!("{path}&{rest}");
    let reply =
        service.request("GET", &with("variables=%7B%22id%22:2%7D&extensions=%7B%7D&other=1"), GRAPHQL).await;
    assert_eq!(reply.json(), json!({ "data": { "book": { "id": "2" } } }));
    // An empty parameter counts as omitted.
    let reply = service.request("GET", &format!("{BOOK}&operationName=&variables="), GRAPHQL).await;
    assert_eq!(reply.json(), json!({ "data": { "book": { "id": "1" } } }));
    for path in [
        "/graphql".to_owned(),
        with("variables=%7B"),
        with("variables=1"),
        with("extensions=%5B%5D"),
        with("operationName=B"),
        with("variables=%7B%7D&variables=%7B%7D"),
    ] {
        let reply = service.request("GET", &path, GRAPHQL).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{path}");
    }
}

#[tokio::test]
async fn get_refuses_mutations() {
    let service = Service::new();
    let reply =
        service.request("GET", "/graphql?query=mutation%7BdeleteBook(id:1)%7Bid%7D%7D", GRAPHQL).await;
    assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    assert!(service.shelf.book(1).await.is_ok());
}

#[tokio::test]
async fn head_returns_no_body() {
    let reply = Service::new().request("HEAD", BOOK, GRAPHQL).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    assert_eq!(reply.header("content-type"), format!("{GRAPHQL}; charset=utf-8"));
}

#[tokio::test]
async fn unknown_methods_and_paths_return_json_errors() {
    let service = Service::new();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let reply = service.request(method, "/graphql", "*/*").await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST")
        );
        assert_eq!(reply.code(), "METHOD_NOT_ALLOWED");
    }
    for path in ["/", "/graphql/", "/graphql/assets/none.js", "/graphql/assets/%FF"] {
        let reply = service.request("GET", path, "*/*").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(reply.code(), "NOT_FOUND");
    }
}
