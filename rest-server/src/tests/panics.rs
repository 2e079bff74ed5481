//! Tests of handlers that panic.

use axum::Router;
use axum::routing::get;
use hardening_http::{Limits, Shutdown};
use serde_json::Value;
use socket_tap::{Tap, TapListener};

#[tokio::test]
async fn panic_message_is_not_sent_to_client() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/panics", listener.local_addr().unwrap());
    let router = Router::new().route("/panics", get(async || -> &'static str { panic!("secret") }));
    let shutdown = Shutdown::new();
    let serving =
        hardening_http::serve_with(listener, router, crate::reject, shutdown.clone(), Limits::default());
    let serving = tokio::spawn(serving);

    let request = move || ureq::get(url).config().http_status_as_error(false).build().call().unwrap();
    let mut response = tokio::task::spawn_blocking(request).await.unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Value = response.body_mut().read_json().unwrap();
    assert_eq!((&problem["type"], &problem["status"]), (&"about:blank".into(), &500.into()));
    assert!(!problem["detail"].as_str().unwrap().contains("secret"), "{problem}");
    drop(response);
    shutdown.cancel();
    serving.await.unwrap().unwrap();
}
