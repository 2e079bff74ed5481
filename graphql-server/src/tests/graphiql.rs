//! The GraphiQL page.

use axum::http::StatusCode;
use serde_json::json;

use super::support::{JSON, Service};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn graphiql_page_and_its_files_are_served() {
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
        // A file with a version in its name never changes.
        let ours = path.contains("/page.");
        assert_eq!(file.header("cache-control").contains("immutable"), !ours, "{path}");
    }
}

#[tokio::test]
async fn page_loads_nothing_from_other_hosts() {
    let service = Service::new();
    for path in ["/graphql", "/graphql/assets/page.css", "/graphql/assets/page.js"] {
        let file = String::from_utf8(service.request("GET", path, BROWSER).await.body).unwrap();
        assert!(!file.contains("://") && !file.contains("<script>") && !file.contains("onload"), "{path}");
    }
}

#[tokio::test]
async fn page_contains_the_example_query() {
    let page = Service::new().request("GET", "/graphql", BROWSER).await.body;
    let page = String::from_utf8(page).unwrap();
    let query = include_str!("../../example.graphql");
    assert!(page.contains(query) && page.contains("<title>Bookshelf: GraphiQL</title>"));
}

#[tokio::test]
async fn example_query_is_valid() {
    let service = Service::new();
    for name in ["Books", "Create"] {
        let body = json!({ "query": include_str!("../../example.graphql"), "operationName": name });
        let response = service.post(JSON, body).await.json();
        assert!(response["data"].is_object() && response.get("errors").is_none(), "{response}");
    }
}

#[tokio::test]
async fn post_to_a_static_file_returns_405() {
    for path in ["/graphql/assets/page.js", "/schema.graphql"] {
        let reply = Service::new().request("POST", path, JSON).await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    }
}
