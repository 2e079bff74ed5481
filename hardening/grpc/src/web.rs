//! gRPC-Web, for pages in a browser, which cannot speak gRPC: they see no trailers. Cargo feature `web`.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, Uri};
use tonic_web::GrpcWebLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What a page may send.
const REQUEST_HEADERS: [HeaderName; 4] = [
    CONTENT_TYPE,
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-user-agent"),
    HeaderName::from_static("grpc-timeout"),
];

/// What a page may read: an error without messages has its status in the head.
const ANSWER_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// Takes gRPC-Web as well.
pub(crate) fn translated(services: Router) -> Router {
    services.layer(GrpcWebLayer::new()).layer(cors())
}

/// Pages that were served by this machine may call, on whatever port they were served. This server knows no users, so
/// for any other page it would be a way to change the shelf of whoever looks at it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| is_local(origin)))
        .allow_methods([Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(ANSWER_HEADERS)
}

fn is_local(origin: &HeaderValue) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    origin
        .as_ref()
        .and_then(Uri::host)
        .is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host))
}
