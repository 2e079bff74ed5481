//! What every path answers: `HEAD`, `OPTIONS`, 404, 405 and 406.

use axum::body::Body;
use axum::http::StatusCode;

use super::support::Service;

/// Every path, and the methods that it has.
const RESOURCES: [(&str, &str); 7] = [
    ("/v1/books", "GET, HEAD, POST, OPTIONS"),
    ("/v1/books/1", "GET, HEAD, PATCH, DELETE, OPTIONS"),
    ("/v1/books/changes", "GET, HEAD, OPTIONS"),
    ("/v1/authors/1", "GET, HEAD, OPTIONS"),
    ("/openapi.json", "GET, HEAD, OPTIONS"),
    ("/docs", "GET, HEAD, OPTIONS"),
    ("/docs/assets/page.js", "GET, HEAD, OPTIONS"),
];

#[tokio::test]
async fn options_names_the_methods_of_each_path() {
    let service = Service::new();
    for (path, allow) in RESOURCES {
        let reply = service.send("OPTIONS", path, &[], Body::empty()).await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::NO_CONTENT, allow), "{path}");
        let patch =
            if allow.contains("PATCH") { "application/json, application/merge-patch+json" } else { "" };
        assert_eq!(reply.header("accept-patch"), patch, "{path}");
    }
}

#[tokio::test]
async fn options_of_all_names_what_the_server_can() {
    let reply = Service::new().send("OPTIONS", "*", &[], Body::empty()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(reply.header("allow"), "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
}

#[tokio::test]
async fn any_other_method_is_a_405_that_names_them() {
    let service = Service::new();
    for (path, allow) in RESOURCES {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if allow.split(", ").any(|allowed| allowed == method) {
                continue;
            }
            let reply = service.send(method, path, &[], Body::empty()).await;
            assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, allow));
            assert_eq!(reply.problem(), format!("{path} does not take {method}; see Allow"));
        }
    }
}

#[tokio::test]
async fn head_is_a_get_without_the_body() {
    let service = Service::new();
    for (path, _) in RESOURCES {
        let head = service.send("HEAD", path, &[], Body::empty()).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0), "{path}");
        if path != "/v1/books/changes" {
            let get = service.get(path, &[]).await;
            assert_eq!(head.headers, get.headers, "{path}");
            assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_404() {
    let service = Service::new();
    for (path, detail) in [
        ("/v1/books/99", "there is no book 99"),
        ("/v1/authors/99", "there is no author 99"),
        // No ids, or not the one name that a book has.
        ("/v1/books/abc", "there is no book abc"),
        ("/v1/books/0", "there is no book 0"),
        ("/v1/books/01", "there is no book 01"),
        ("/v1/books/+1", "there is no book +1"),
        ("/v1/books/-1", "there is no book -1"),
        ("/v1/books/1.0", "there is no book 1.0"),
        ("/v1/books/4294967296", "there is no book 4294967296"),
        ("/v1/books/1%2F2", "there is no book 1/2"),
        ("/v1/authors/x", "there is no author x"),
        ("/v1/books/%FF", "the path is not UTF-8, so it names no book"),
    ] {
        let reply = service.get(path, &[]).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::NOT_FOUND, detail), "{path}");
        assert_eq!(reply.json()["type"], "urn:problem-type:bookshelf:not-found");
    }
    for path in ["/", "/v1", "/v1/books/", "/v1/books/1/", "/docs/assets/none.js", "/docs/assets/%FF"] {
        let reply = service.get(path, &[]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(reply.problem().starts_with(&format!("there is nothing at {path};")), "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_the_client_does_not_take_is_a_406() {
    let service = Service::new();
    for (path, media_type) in [
        ("/v1/books", "application/json"),
        ("/v1/books/1", "application/json"),
        ("/v1/authors/1", "application/json"),
        ("/v1/books/changes", "text/event-stream"),
    ] {
        let reply = service.get(path, &[("accept", "image/png, text/plain")]).await;
        assert_eq!(reply.status, StatusCode::NOT_ACCEPTABLE, "{path}");
        assert_eq!(reply.problem(), format!("the answer is {media_type}, and Accept does not name it"));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let reply = service.send("HEAD", path, &[("accept", browser)], Body::empty()).await;
        assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, media_type));
    }
    let reply = service.send("POST", "/v1/books", &[("accept", "text/html")], Body::empty()).await;
    assert_eq!(reply.status, StatusCode::NOT_ACCEPTABLE);
    let reply = service.send("PATCH", "/v1/books/1", &[("accept", "text/html")], Body::empty()).await;
    assert_eq!(reply.status, StatusCode::NOT_ACCEPTABLE);
}
