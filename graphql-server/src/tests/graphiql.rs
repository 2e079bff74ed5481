//! The page for a browser.

use axum::http::StatusCode;

use super::support::{JSON, Service};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_a_page_and_everything_that_it_names() {
    let service = Service::new();
    for path in ["/graphql", "/graphql?query=%7Ba%7D"] {
        let page = service.request("GET", path, BROWSER).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("vary"), "accept");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let page = String::from_utf8(service.request("GET", "/graphql", BROWSER).await.body).unwrap();
    let named: Vec<_> = page.split('"').filter(|text| text.starts_with('/')).collect();
    assert_eq!(named.len(), 7);
    for path in named {
        let file = service.request("GET", path, "*/*").await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(!file.body.is_empty());
        let kind = if path.ends_with(".js") { "text/javascript" } else { "text/css" };
        assert_eq!(file.header("content-type"), format!("{kind}; charset=utf-8"));
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        // What has a version in its name never changes.
        let ours = path.contains("/page.");
        assert_eq!(file.header("cache-control").contains("immutable"), !ours, "{path}");
    }
}

#[tokio::test]
async fn the_page_names_nothing_outside() {
    for ours in [
        include_str!("../../../hardening/graphql/assets/index.html"),
        include_str!("../../../hardening/graphql/assets/page.css"),
        include_str!("../../../hardening/graphql/assets/page.js"),
    ] {
        assert!(!ours.contains("://"));
    }
    let index = include_str!("../../../hardening/graphql/assets/index.html");
    assert!(!index.contains("<script>") && !index.contains("onload"));
}

#[tokio::test]
async fn a_file_can_only_be_read() {
    for path in ["/graphql/assets/page.js", "/schema.graphql"] {
        let reply = Service::new().request("POST", path, JSON).await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    }
}
