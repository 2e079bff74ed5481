//! A handler that panics.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_handler_that_panics_costs_its_own_request_and_no_more() {
    let routes = Router::new()
        .route("/panics", get(async || -> &'static str { panic!("a secret of the house") }))
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
    assert_eq!(
        problem,
        json!({
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "a fault of the server; it goes on serving",
        })
    );
    assert_eq!(call("/works").await.1, "works");
}
