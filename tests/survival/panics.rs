//! Handlers that panic.

use axum::Router;
use axum::routing::get;
use hardening_http::{Limits, Shutdown};
use socket_tap::{Tap, TapListener};

use crate::support::http2::{self, Http2};
use crate::support::raw::{self, Raw};

/// A panic fails its own request only.
#[tokio::test]
async fn panicking_handler_affects_no_other_request() {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/v1/books/1", get(async || "a book"))
        .route("/panic", get(async || -> &'static str { panic!("as the test wants it") }));
    let shutdown = Shutdown::new();
    let server = tokio::spawn(hardening_http::serve(listener, router, shutdown.clone(), Limits::default()));

    let mut bystander = Raw::connect(address).await;
    let mut over_http2 = Http2::connect(address, &[]).await;
    let panics = http2::frame(
        http2::HEADERS,
        http2::END_HEADERS | http2::END_STREAM,
        1,
        &http2::head::<clients::Rest>("/panic"),
    );
    over_http2.send(&panics).await.unwrap();
    assert_eq!(
        Raw::saying(address, raw::get::<clients::Rest>().replace("/v1/books/1", "/panic")).await.rest().await,
        ""
    );
    // This includes other requests on the same HTTP/2 connection.
    over_http2.send(&http2::request::<clients::Rest>(3)).await.unwrap();
    assert!(over_http2.answered(3).await);
    bystander.send(raw::get::<clients::Rest>().as_bytes()).await.unwrap();
    assert!(bystander.answer().await.unwrap().ends_with("a book"));
    drop(over_http2);
    shutdown.cancel();
    server.await.unwrap().unwrap();
}
