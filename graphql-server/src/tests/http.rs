//! GraphQL over HTTP, rule by rule.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::support::{GRAPHQL, JSON, Service};

/// `{book(id:1){id}}`, in a URL.
const BOOK: &str = "/graphql?query=%7Bbook(id:1)%7Bid%7D%7D";

#[tokio::test]
async fn the_answer_has_the_media_type_that_the_client_asks_for() {
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
    let silent = Request::post("/graphql").header("content-type", JSON);
    let reply = service.send(silent.body(Body::from(r#"{"query":"{"}"#)).unwrap()).await;
    assert_eq!(reply.header("content-type"), format!("{GRAPHQL}; charset=utf-8"));
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(service.post("image/png", "{}").await.status, StatusCode::NOT_ACCEPTABLE);
    // A page is an answer to GET only.
    assert_eq!(service.post("text/html", "{}").await.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn the_status_of_a_refused_query_depends_on_the_media_type() {
    let service = Service::new();
    for query in ["{", "{nonsense}", "query($id:ID!){book(id:$id){id}}"] {
        let body = json!({ "query": query });
        for (media, status) in [(JSON, StatusCode::OK), (GRAPHQL, StatusCode::BAD_REQUEST)] {
            let reply = service.post(media, &body).await;
            assert_eq!((reply.status, reply.json().get("data")), (status, None), "{query}");
        }
    }
    // An operation that was run is a 200, whatever came of it.
    assert_eq!(service.post(GRAPHQL, r#"{"query":"{book(id:99){id}}"}"#).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_malformed_request_is_a_400_that_says_why() {
    let service = Service::new();
    for (body, message) in [
        ("{", "the body is not JSON: EOF while parsing an object at line 1 column 1"),
        ("", "the body is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{}", "query is missing"),
        (r#"{"query":null}"#, "query is missing"),
        (r#"{"query":1}"#, "query must be a string"),
        (r#"{"query":"{a}","operationName":1}"#, "operationName must be a string"),
        (r#"{"query":"{a}","variables":[]}"#, "variables must be an object"),
        (r#"{"query":"{a}","extensions":""}"#, "extensions must be an object"),
        ("[]", "batches are not supported: send one request at a time"),
        (r#"[{"query":"{a}"}]"#, "batches are not supported: send one request at a time"),
        ("1", "a request must be a JSON object"),
    ] {
        for media in [JSON, GRAPHQL] {
            let reply = service.post(media, body).await;
            assert_eq!((reply.status, reply.error().as_str()), (StatusCode::BAD_REQUEST, message));
            assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
            assert_eq!(reply.header("content-type"), format!("{media}; charset=utf-8"));
        }
    }
    let nulls = r#"{"query":"{__typename}","operationName":null,"variables":null,"extensions":null}"#;
    assert_eq!(service.post(GRAPHQL, nulls).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_get_has_its_parameters_in_the_url() {
    let service = Service::new();
    let path = "/graphql?query=query%20A($id:ID!)%7Bbook(id:$id)%7Bid%7D%7D%20query%20B%7B__typename%7D&operationName=A";
    let with = |rest: &str| format!("{path}&{rest}");
    let reply =
        service.request("GET", &with("variables=%7B%22id%22:2%7D&extensions=%7B%7D&other=1"), GRAPHQL).await;
    assert_eq!(reply.json(), json!({ "data": { "book": { "id": "2" } } }));
    // An empty name is none.
    let reply = service.request("GET", &format!("{BOOK}&operationName=&variables="), GRAPHQL).await;
    assert_eq!(reply.json(), json!({ "data": { "book": { "id": "1" } } }));
    for (path, message) in [
        ("/graphql".to_owned(), "query is missing"),
        (with("variables=%7B"), "variables is not JSON: EOF while parsing an object at line 1 column 1"),
        (with("variables=1"), "variables must be an object"),
        (with("extensions=%5B%5D"), "extensions must be an object"),
        (with("operationName=B"), "operationName is there twice"),
    ] {
        let reply = service.request("GET", &path, GRAPHQL).await;
        assert_eq!((reply.status, reply.error().as_str()), (StatusCode::BAD_REQUEST, message));
    }
}

#[tokio::test]
async fn a_get_changes_nothing() {
    let service = Service::new();
    let reply =
        service.request("GET", "/graphql?query=mutation%7BdeleteBook(id:1)%7Bid%7D%7D", GRAPHQL).await;
    assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    assert!(service.shelf.book(1).is_ok());
}

#[tokio::test]
async fn head_is_a_get_without_the_body() {
    let reply = Service::new().request("HEAD", BOOK, GRAPHQL).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    assert_eq!(reply.header("content-type"), format!("{GRAPHQL}; charset=utf-8"));
}

#[tokio::test]
async fn what_is_not_there_says_so_in_json() {
    let service = Service::new();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let reply = service.request(method, "/graphql", "*/*").await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST")
        );
        assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
    }
    for path in ["/", "/graphql/", "/graphql/assets/none.js", "/graphql/assets/%FF"] {
        let reply = service.request("GET", path, "*/*").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
}
