//! Runs tonic's server with the connection limits.

use std::convert::Infallible;
use std::{future, io};

use axum::http::{Request, Response};
use hardening_http::hosts::Hosts;
use hardening_http::limits::{CONNECTION_WINDOW, MAX_RESETS_BY_CLIENT, MAX_RESETS_BY_SERVER, STREAM_WINDOW};
use hardening_http::pacing::Pacing;
use hardening_http::shutdown::with_grace_period;
use hardening_http::tonic::TrackActivity;
use hardening_http::{Incoming, Limits, Shutdown};
use socket_tap::TapListener;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::transport::Server;
use tower::Service;
use tower::layer::util::{Identity, Stack};

use crate::{Guarded, Services};

/// Serves `services` until the shutdown. Then waits for the calls in flight, at most for `limits.grace`.
///
/// # Errors
/// If the address of the listener is unknown, or tonic's transport fails. A failed connection is not an error.
pub async fn serve<S>(
    listener: TapListener,
    services: Guarded<Services<S>>,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + NamedService
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    let services = services.paced(limits.client_rate.map(Pacing::new));
    let services = services.only_for(Hosts::new(listener.local_addr()?, limits.allowed_hosts.clone()));
    #[cfg(feature = "web")]
    let services = crate::web::accept_grpc_web(services);
    let server = server(&limits);
    let grace = limits.grace;
    let incoming = Incoming::new(listener, limits, shutdown.clone()).into_stream();
    // tonic shuts down when `incoming` ends, which happens at the shutdown.
    let serving = server.serve_with_incoming_shutdown(services, incoming, future::pending());
    match with_grace_period(serving, grace, &shutdown).await {
        Some(result) => result.map_err(io::Error::other),
        None => Ok(()),
    }
}

fn server(limits: &Limits) -> Server<Stack<TrackActivity, Identity>> {
    Server::builder()
        // Browsers may send gRPC-Web over HTTP/1.1.
        .accept_http1(cfg!(feature = "web"))
        .http2_keepalive_interval(Some(limits.ping_interval))
        .http2_keepalive_timeout(Some(limits.ping_timeout))
        .max_concurrent_streams(limits.max_streams)
        .http2_max_header_list_size(limits.max_header_bytes)
        .http2_max_pending_accept_reset_streams(Some(MAX_RESETS_BY_CLIENT))
        .http2_max_local_error_reset_streams(Some(MAX_RESETS_BY_SERVER))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .layer(TrackActivity)
}
