//! Tests of each path's responses to `HEAD` and `OPTIONS`, and of the errors 404, 405 and 406.

use axum::body::Body;
use axum::http::StatusCode;

use super::support::Service;

/// Every path with the methods that it supports.
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
async fn options_lists_the_methods_of_a_path() {
    let service = Service::new();
    for (path, allow) in RESOURCES {
        let response = service.send("OPTIONS", path, &[], Body::empty()).await;
        assert_eq!((response.status, response.header("allow")), (StatusCode::NO_CONTENT, allow), "{path}");
        let media_types =
            if allow.contains("PATCH") { "application/json, application/merge-patch+json" } else { "" };
        assert_eq!(response.header("accept-patch"), media_types, "{path}");
    }
}

#[tokio::test]
async fn options_asterisk_lists_all_methods() {
    let response = Service::new().send("OPTIONS", "*", &[], Body::empty()).await;
    assert_eq!(response.status, StatusCode::NO_CONTENT);
    assert_eq!(response.header("allow"), "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
}

#[tokio::test]
async fn unsupported_method_is_405_with_allow() {
    let service = Service::new();
    for (path, allow) in RESOURCES {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if allow.split(", ").any(|allowed| allowed == method) {
                continue;
            }
            let response = service.send(method, path, &[], Body::empty()).await;
            assert_eq!((response.status, response.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, allow));
            assert_eq!(response.problem_type(), "about:blank", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_returns_the_headers_of_get() {
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
async fn missing_or_malformed_id_is_404() {
    let service = Service::new();
    for path in [
        "/v1/books/99",
        "/v1/authors/99",
        "/v1/books/abc",
        "/v1/books/0",
        "/v1/books/01",
        "/v1/books/+1",
        "/v1/books/-1",
        "/v1/books/1.0",
        "/v1/books/4294967296",
        "/v1/books/1%2F2",
        "/v1/books/%FF",
        "/v1/authors/x",
    ] {
        let response = service.get(path, &[]).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.problem_type(), "not-found", "{path}");
    }
    assert_eq!(service.get("/v1/books/%31", &[]).await.status, StatusCode::OK, "a percent-encoded 1");
}

#[tokio::test]
async fn unknown_path_is_404() {
    let service = Service::new();
    for path in ["/", "/v1", "/v1/books/", "/v1/books/1/", "/docs/assets/none.js", "/docs/assets/%FF"] {
        let response = service.get(path, &[]).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.problem_type(), "about:blank", "{path}");
    }
}

#[tokio::test]
async fn unaccepted_media_type_is_406() {
    let service = Service::new();
    for (path, media_type) in [
        ("/v1/books", "application/json"),
        ("/v1/books/1", "application/json"),
        ("/v1/authors/1", "application/json"),
        ("/v1/books/changes", "text/event-stream"),
    ] {
        let response = service.get(path, &[("accept", "image/png, text/plain")]).await;
        assert_eq!(response.status, StatusCode::NOT_ACCEPTABLE, "{path}");
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let response = service.send("HEAD", path, &[("accept", browser)], Body::empty()).await;
        assert_eq!((response.status, response.header("content-type")), (StatusCode::OK, media_type));
    }
    for (method, path) in [("POST", "/v1/books"), ("PATCH", "/v1/books/1")] {
        let response = service.send(method, path, &[("accept", "text/html")], Body::empty()).await;
        assert_eq!(response.status, StatusCode::NOT_ACCEPTABLE, "{method}");
    }
}
