//! Panics in handlers.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

#[tokio::test]
async fn panic_is_500_and_the_next_request_works() {
    let routes = Router::new()
        .route("/panics", get(async || -> &'static str { panic!("secret") }))
        .route("/works", get(async || "works"));
    let service = crate::guarded(routes);
    let call = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (head, body) = service.clone().oneshot(request).await.unwrap().into_parts();
        (head, body.collect().await.unwrap().to_bytes())
    };
    let (head, body) = call("/panics").await;
    assert_eq!(head.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(head.headers["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&"about:blank".into(), &500.into()));
    assert!(!problem["detail"].as_str().unwrap().contains("secret"), "{problem}");
    assert_eq!(call("/works").await.1, "works");
}
