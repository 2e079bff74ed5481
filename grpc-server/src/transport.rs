//! tonic's settings.

use hardening_http::Limits;
use hardening_http::limits::{CONNECTION_WINDOW, MAX_RESETS_BY_CLIENT, MAX_RESETS_BY_SERVER, STREAM_WINDOW};
use hardening_http::tonic::TrackActivity;
use tonic::transport::Server;
use tower::layer::util::{Identity, Stack};

/// A server with a limit for everything that tonic has one for.
pub(crate) fn server(limits: &Limits) -> Server<Stack<TrackActivity, Identity>> {
    Server::builder()
        // A browser's gRPC-Web comes over HTTP/1.1.
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
