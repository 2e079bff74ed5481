//! HTTP/1.1 and HTTP/2 for an axum router, on hyper.
//!
//! `axum::serve` would do, but that it has no limits and its graceful shutdown waits without a bound.

use std::future::poll_fn;
use std::io;
use std::pin::pin;

use axum::Router;
use axum::response::IntoResponse as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket_tap::TapListener;

use crate::connection::Connection;
use crate::front::Front;
use crate::incoming::Incoming;
use crate::limits::{CONNECTION_WINDOW, MAX_RESETS_BY_CLIENT, MAX_RESETS_BY_SERVER, STREAM_WINDOW};
use crate::{Limits, Rejection, RejectionHandler, Shutdown};

/// Serves `router` until the shutdown, then lets running requests finish. What is refused before the router sees it is
/// told so as plain text.
///
/// # Errors
/// None today: a connection that fails ends alone, and its failure is in the recording.
pub async fn serve(
    listener: TapListener,
    router: Router,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    serve_with(listener, router, Rejection::into_response, shutdown, limits).await
}

/// The same for an API whose errors all have one form: it says itself what is refused before its router sees it.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: TapListener,
    router: Router,
    reject: RejectionHandler,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let http = builder(&limits);
    let front = Front::new(router, reject, &limits);
    let incoming = Incoming::new(listener, limits, shutdown);
    incoming.for_each(|connection| converse(http.clone(), connection, front.clone())).await;
    Ok(())
}

/// hyper, with a limit for everything that it has one for.
fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        // The deadline of a head is that of its connection, which knows HTTP/2, too.
        .header_read_timeout(None)
        // A head has to fit. (The buffer for writing has the same limit.)
        .max_buf_size(limits.max_header_bytes as usize);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping_interval)
        .keep_alive_timeout(limits.ping_timeout)
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(limits.max_header_bytes)
        .max_pending_accept_reset_streams(MAX_RESETS_BY_CLIENT)
        .max_local_error_reset_streams(MAX_RESETS_BY_SERVER)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    http
}

/// One connection from its first byte to its last.
async fn converse(http: auto::Builder<TokioExecutor>, connection: Connection, front: Front) {
    let activity = connection.activity();
    let service = service_fn(|request| front.call(&activity, request));
    let mut serving = pin!(http.serve_connection_with_upgrades(TokioIo::new(connection), service));
    // How it ends is in the recording.
    tokio::select! {
        biased;
        _ = serving.as_mut() => return,
        () = activity.ending().cancelled() => {}
    }
    // HTTP/2 says goodbye by a GOAWAY, HTTP/1.1 by a `connection: close` in its last answer. Which of them it is shows in
    // the first request, and that may come only now.
    poll_fn(|cx| {
        if activity.is_http2() {
            serving.as_mut().graceful_shutdown();
        }
        serving.as_mut().poll(cx).map(drop)
    })
    .await;
}
