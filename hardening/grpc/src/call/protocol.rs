//! Rejects requests that are not gRPC with an HTTP error.
//!
//! The HTTP status of a gRPC error is 200, which other clients would mistake for success.

use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse as _;
use hardening_http::hosts::{self, Hosts};
use tonic::body::Body;

/// Returns an HTTP error if the request is not a gRPC call with protobuf messages, or is not addressed to one of
/// `hosts`.
///
/// The request need not have the header `te: trailers`. That header serves to detect proxies that drop
/// trailers, but clients that omit it read trailers, too.
pub(super) fn reject(request: &Request<Body>, hosts: Option<&Hosts>) -> Option<Response<Body>> {
    if hosts.is_some_and(|hosts| !hosts.allow(request.uri(), request.headers())) {
        let response = (StatusCode::MISDIRECTED_REQUEST, format!("{}\n", hosts::FOREIGN)).into_response();
        return Some(response.map(Body::new));
    }
    if request.method() != Method::POST {
        let body = "this is a gRPC server; use POST\n";
        let response = (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], body).into_response();
        return Some(response.map(Body::new));
    }
    if !request.headers().get(CONTENT_TYPE).is_some_and(is_protobuf) {
        let accept = [(ACCEPT, "application/grpc, application/grpc+proto")];
        let body = "this is a gRPC server; use the content-type application/grpc with protobuf messages\n";
        let response = (StatusCode::UNSUPPORTED_MEDIA_TYPE, accept, body).into_response();
        return Some(response.map(Body::new));
    }
    None
}

/// Returns `true` for `application/grpc`, which implies protobuf, and `application/grpc+proto`. Ignores
/// parameters.
fn is_protobuf(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim_end();
    ["application/grpc", "application/grpc+proto"].iter().any(|grpc| essence.eq_ignore_ascii_case(grpc))
}
