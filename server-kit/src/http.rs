//! The accept loop for HTTP/1.1 and HTTP/2, on hyper.
//!
//! `axum::serve` would do, but for two things: it installs no timer, so that hyper's own time limit for request heads
//! stays off, and its graceful shutdown waits without a bound.

use std::io;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use socket_tap::TapListener;
use tokio::task::JoinSet;

use crate::Shutdown;
use crate::shutdown::within_grace;

/// Serves `router` until the shutdown, then lets running requests finish.
///
/// # Errors
/// None today: a connection that fails ends alone, and its failure is in the recording.
pub async fn serve(listener: TapListener, router: Router, shutdown: Shutdown) -> io::Result<()> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new());
    http.http2().timer(TokioTimer::new());
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            // Lets go of the connections that have ended.
            Some(_) = connections.join_next() => continue,
            (stream, _) = listener.accept_next() => stream,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service);
        connections.spawn(graceful.watch(connection.into_owned()));
    }
    // Nobody can connect any more while the last requests finish.
    drop(listener);
    within_grace(graceful.shutdown(), &shutdown).await;
    connections.shutdown().await;
    Ok(())
}
