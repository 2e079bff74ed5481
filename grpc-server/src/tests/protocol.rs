//! Requests that are accepted or rejected as gRPC calls.

use axum::http::StatusCode;
use bookshelf_proto::v1::GetBookRequest;
use bytes::Bytes;
use tonic::Code;
use tonic::body::Body;

use super::support::{Reply, SERVICE, Server, details, frame, post, value};

async fn with_content_type(content_type: Option<&str>) -> Reply {
    let mut request = post(&format!("{SERVICE}/GetBook"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let body = http_body_util::Full::new(frame(&GetBookRequest { id: 1 }));
    Server::new().send(request.body(Body::new(body)).unwrap()).await
}

#[tokio::test]
async fn grpc_and_grpc_proto_content_types_are_accepted() {
    for name in ["application/grpc", "application/grpc+proto", "Application/gRPC", "application/grpc; a=b"] {
        let reply = with_content_type(Some(name)).await;
        assert_eq!((reply.http, reply.status().code()), (StatusCode::OK, Code::Ok), "{name}");
        assert_eq!(reply.headers["content-type"], "application/grpc");
    }
}

#[tokio::test]
async fn other_content_type_is_unsupported() {
    let others = [
        "text/plain",
        "application/json",
        "application/grpc+json",
        "application/grpcs",
        "application/grpc-foreign",
        "",
    ];
    for name in others.map(Some).into_iter().chain([None]) {
        let reply = with_content_type(name).await;
        assert_eq!(reply.http, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name:?}");
        assert!(reply.headers["accept"].to_str().unwrap().contains("application/grpc"));
        assert!(!reply.headers.contains_key("grpc-status"), "{name:?}");
    }
}

#[cfg(not(feature = "web"))]
#[tokio::test]
async fn grpc_web_requires_the_cargo_feature() {
    let reply = with_content_type(Some("application/grpc-web+proto")).await;
    assert_eq!(reply.http, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn method_other_than_post_is_not_allowed() {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
        let request = post(&format!("{SERVICE}/GetBook")).method(method);
        let request = request.header("content-type", "application/grpc").body(Body::empty()).unwrap();
        let reply = Server::new().send(request).await;
        assert_eq!(reply.http, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(reply.headers["allow"], "POST");
    }
}

#[tokio::test]
async fn unknown_path_is_unimplemented() {
    for path in
        [&format!("{SERVICE}/BurnBook"), &format!("{SERVICE}/"), "/no.such.Service/GetBook", "/", "/a/b/c"]
    {
        let request = post(path).header("content-type", "application/grpc").body(Body::empty());
        let reply = Server::new().send(request.unwrap()).await;
        assert_eq!(reply.http, StatusCode::OK);
        assert_eq!(reply.code("METHOD_NOT_FOUND"), Code::Unimplemented, "{path}");
        assert_eq!(value(&details(&reply.status(), "METHOD_NOT_FOUND"), "method"), path);
    }
}

#[tokio::test]
async fn te_header_is_optional() {
    let reply = Server::new().call("GetBook", &[], frame(&GetBookRequest { id: 1 })).await;
    assert_eq!(reply.status().code(), Code::Ok);
}

#[tokio::test]
async fn malformed_message_is_a_protocol_error() {
    let server = Server::new();
    let malformed = [
        ("half a prefix", &b"\0\0"[..]),
        ("truncated", b"\0\0\0\0\x09ab"),
        ("not protobuf", b"\0\0\0\0\x02\xff\xff"),
        ("an unknown flag", b"\x07\0\0\0\x02\x08\x01"),
        ("compressed without grpc-encoding", b"\x01\0\0\0\x02\x08\x01"),
        ("empty", b""),
    ];
    for (case, body) in malformed {
        let reply = server.call("GetBook", &[], Bytes::from_static(body)).await;
        assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Internal, "{case}");
    }
}

#[tokio::test]
async fn long_path_is_truncated_in_the_error() {
    let path = format!("/{}", "long".repeat(1000));
    let request = post(&path).header("content-type", "application/grpc").body(Body::empty());
    let status = Server::new().send(request.unwrap()).await.status();
    let details = details(&status, "METHOD_NOT_FOUND");
    assert!(value(&details, "method").ends_with('…'));
    assert!(status.message().len() < 200, "{status:?}");
}

/// The status travels in headers, and some clients reject more than 8 KiB of them.
#[tokio::test]
async fn long_error_message_from_tonic_is_truncated() {
    let encoding = "z".repeat(9000);
    let reply = Server::new().call("GetBook", &[("grpc-encoding", &encoding)], Bytes::new()).await;
    assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Unimplemented);
    assert!(reply.status().message().ends_with("zzz…"), "{reply:?}");
    let length: usize = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(length < 1024, "{length}: {reply:?}");
}
