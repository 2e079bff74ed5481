//! Serves an axum router over HTTP/1.1 and HTTP/2 with hyper.
//!
//! Replaces `axum::serve`, which has no limits and no deadline for its graceful shutdown.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use axum::Router;
use axum::response::IntoResponse as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket_tap::TapListener;

use crate::connection::Connection;
use crate::guard::GuardedRouter;
use crate::hosts::Hosts;
use crate::incoming::Incoming;
use crate::limits::{CONNECTION_WINDOW, MAX_RESETS_BY_CLIENT, MAX_RESETS_BY_SERVER, STREAM_WINDOW};
use crate::{Limits, Rejection, RejectionHandler, Shutdown};

/// Serves `router` until the shutdown, then completes in-flight requests. A rejected request gets a
/// plain-text response.
///
/// # Errors
/// If the address of the listener is unknown. An error of a connection ends only that connection, and the tap
/// records it.
pub async fn serve(
    listener: TapListener,
    router: Router,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    serve_with(listener, router, Rejection::into_response, shutdown, limits).await
}

/// Serves `router` as [`serve`] does. `reject` creates the response to a rejected request.
///
/// # Errors
/// Returns the same errors as [`serve`].
pub async fn serve_with(
    listener: TapListener,
    router: Router,
    reject: RejectionHandler,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let router = guarded(&listener, router, reject, &limits)?;
    serve_guarded(listener, router, shutdown, limits).await;
    Ok(())
}

/// Serves `router` as [`serve_with`] does. Each request has the extension [`Peer`](crate::Peer). It costs an allocation.
///
/// # Errors
/// Returns the same errors as [`serve`].
pub async fn serve_with_peer(
    listener: TapListener,
    router: Router,
    reject: RejectionHandler,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let router = guarded(&listener, router, reject, &limits)?.showing_peer();
    serve_guarded(listener, router, shutdown, limits).await;
    Ok(())
}

async fn serve_guarded(listener: TapListener, router: GuardedRouter, shutdown: Shutdown, limits: Limits) {
    let http = http_builder(&limits);
    let incoming = Incoming::new(listener, limits, shutdown);
    incoming
        .for_each(|connection| {
            let router = router.for_connection(|| connection.stream().peer_addr().ok());
            serve_connection(http.clone(), connection, router)
        })
        .await;
}

fn guarded(
    listener: &TapListener,
    router: Router,
    reject: RejectionHandler,
    limits: &Limits,
) -> io::Result<GuardedRouter> {
    let hosts = Hosts::new(listener.local_addr()?, limits.allowed_hosts.clone());
    Ok(GuardedRouter::new(router, reject, limits, hosts))
}

/// Returns the builder of hyper connections, with all limits set.
fn http_builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        // The connection's idle timer covers request heads of HTTP/1.1 and HTTP/2.
        .header_read_timeout(None)
        // This is also the limit of a request head, which must fit into the buffer.
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

/// Serves a connection until it is closed. Returns no errors, because the tap records them.
async fn serve_connection(http: auto::Builder<TokioExecutor>, connection: Connection, router: GuardedRouter) {
    let activity = connection.activity();
    let service = service_fn(|request| router.call(&activity, request));
    let mut serving = pin!(http.serve_connection_with_upgrades(TokioIo::new(connection), service));
    let mut sent_goaway = false;
    poll_fn(|cx| {
        if serving.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        // HTTP/1.1 announces the end by `connection: close` in the last response, HTTP/2 by GOAWAY. The
        // version is known only from the first request. The connection's idle timer wakes this task when
        // `ending` is cancelled.
        if sent_goaway || !activity.ending().is_cancelled() || !activity.is_http2() {
            return Poll::Pending;
        }
        sent_goaway = true;
        serving.as_mut().graceful_shutdown();
        serving.as_mut().poll(cx).map(drop)
    })
    .await;
}
