//! Tests of request handlers that panic.

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use hardening_http::{Limits, Rejection, Shutdown};
use socket_tap::{Tap, TapListener};

use crate::support::http2::{self, Http2};
use crate::support::raw::{self, Raw};

/// Body of the server's error responses in this test.
const ERROR: &str = "an error of the API";

/// A panic fails only its own request, which gets a 500 response in the API's error format.
#[tokio::test]
async fn panicking_handler_affects_no_other_request() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/v1/books/1", get(async || "a book"))
        .route("/panic", get(async || -> &'static str { panic!("secret") }));
    let reject = |rejection: Rejection| {
        assert!(!rejection.reason.contains("secret"), "{rejection:?}");
        (rejection.status, ERROR).into_response()
    };
    let shutdown = Shutdown::new();
    let limits = Limits::default();
    let server = tokio::spawn(hardening_http::serve_with(listener, router, reject, shutdown.clone(), limits));

    let mut bystander = Raw::connect(address).await;
    let mut over_http2 = Http2::connect(address, &[]).await;
    let panics = http2::frame(
        http2::HEADERS,
        http2::END_HEADERS | http2::END_STREAM,
        1,
        &http2::head::<clients::Rest>("/panic"),
    );
    over_http2.send(&panics).await.unwrap();
    let get = raw::get::<clients::Rest>();
    let mut client = Raw::saying(address, get.replace("/v1/books/1", "/panic")).await;
    let response = client.answer().await.unwrap();
    assert!(response.starts_with("HTTP/1.1 500 ") && response.ends_with(ERROR), "{response}");
    // The next request on the same connection succeeds.
    for client in [&mut client, &mut bystander] {
        client.send(get.as_bytes()).await.unwrap();
        assert!(client.answer().await.unwrap().ends_with("a book"));
    }
    // So does another request on the same HTTP/2 connection.
    over_http2.send(&http2::request::<clients::Rest>(3)).await.unwrap();
    assert!(over_http2.answered(3).await);
    drop((client, bystander, over_http2));
    shutdown.cancel();
    server.await.unwrap().unwrap();
}
