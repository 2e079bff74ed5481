//! What is no gRPC is refused in HTTP's own words: a gRPC error has the HTTP status 200, and whoever speaks something
//! else would take it for a success.

use axum::extract::Request;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// The answer to what is no gRPC call with messages in protobuf.
///
/// `te: trailers` is not asked for: the specification has it for finding proxies that lose trailers, and clients
/// that forget it read trailers all the same.
pub(super) fn refusal(request: &Request) -> Option<Response> {
    if request.method() != Method::POST {
        let why = "This is a gRPC server: every call is a POST.\n";
        return Some((StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], why).into_response());
    }
    if !request.headers().get(CONTENT_TYPE).is_some_and(is_protobuf) {
        let why = "This is a gRPC server: the content-type is application/grpc, and messages are protobuf.\n";
        let accept = [(ACCEPT, "application/grpc, application/grpc+proto")];
        return Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, accept, why).into_response());
    }
    None
}

/// `application/grpc` stands for protobuf; parameters say nothing more.
fn is_protobuf(content_type: &HeaderValue) -> bool {
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim_end();
    ["application/grpc", "application/grpc+proto"].iter().any(|grpc| essence.eq_ignore_ascii_case(grpc))
}
