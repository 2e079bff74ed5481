//! gRPC-Web, the variant of gRPC for browsers. A page in a browser cannot read the trailers that gRPC uses.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, Uri};
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::Layer as _;
use tower_http::cors::{AllowOrigin, Cors, CorsLayer};

/// Request headers that a page of another origin may send.
const REQUEST_HEADERS: [HeaderName; 4] = [
    CONTENT_TYPE,
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-user-agent"),
    HeaderName::from_static("grpc-timeout"),
];

/// Response headers that a page of another origin may read. If a response has no messages, these headers
/// contain its status.
const RESPONSE_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// Returns a service that accepts gRPC-Web as well as gRPC.
pub(crate) fn accept_grpc_web<S>(services: S) -> Cors<GrpcWebService<S>> {
    cors().layer(GrpcWebLayer::new().layer(services))
}

/// Allows calls only by pages that this machine serves, on any port. The server does not authenticate users,
/// so a page of another site could otherwise change the data.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| is_local(origin)))
        .allow_methods([Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(RESPONSE_HEADERS)
}

fn is_local(origin: &HeaderValue) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    origin
        .as_ref()
        .and_then(Uri::host)
        .is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host))
}
