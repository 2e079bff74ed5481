//! What is a gRPC call, and what is none.

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
async fn protobuf_is_served_under_each_of_its_names() {
    for name in ["application/grpc", "application/grpc+proto", "Application/gRPC", "application/grpc; a=b"] {
        let reply = with_content_type(Some(name)).await;
        assert_eq!((reply.http, reply.status().code()), (StatusCode::OK, Code::Ok), "{name}");
        assert_eq!(reply.headers["content-type"], "application/grpc");
    }
}

#[tokio::test]
async fn anything_else_is_an_unsupported_media_type() {
    let foreign = [
        "text/plain",
        "application/json",
        "application/grpc+json",
        "application/grpcs",
        "application/grpc-foreign",
        "",
    ];
    for name in foreign.map(Some).into_iter().chain([None]) {
        let reply = with_content_type(name).await;
        assert_eq!(reply.http, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name:?}");
        assert!(reply.headers["accept"].to_str().unwrap().contains("application/grpc"));
        assert!(!reply.headers.contains_key("grpc-status"), "{name:?}: no gRPC, no status of gRPC");
        assert!(String::from_utf8_lossy(&reply.body).contains("application/grpc"));
    }
}

#[cfg(not(feature = "web"))]
#[tokio::test]
async fn grpc_web_is_spoken_only_when_asked_for() {
    let reply = with_content_type(Some("application/grpc-web+proto")).await;
    assert_eq!(reply.http, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn every_call_is_a_post() {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
        let request = post(&format!("{SERVICE}/GetBook")).method(method);
        let request = request.header("content-type", "application/grpc").body(Body::empty()).unwrap();
        let reply = Server::new().send(request).await;
        assert_eq!(reply.http, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(reply.headers["allow"], "POST");
    }
}

#[tokio::test]
async fn what_is_not_there_is_unimplemented_and_named() {
    for path in
        [&format!("{SERVICE}/BurnBook"), &format!("{SERVICE}/"), "/no.such.Service/GetBook", "/", "/a/b/c"]
    {
        let request = post(path).header("content-type", "application/grpc").body(Body::empty());
        let reply = Server::new().send(request.unwrap()).await;
        assert_eq!(reply.http, StatusCode::OK);
        assert_eq!(reply.code("METHOD_NOT_FOUND"), Code::Unimplemented, "{path}");
        assert!(reply.status().message().starts_with(&format!("there is no method {path:?}")), "{path}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_ask_for_trailers_gets_them_all_the_same() {
    let reply = Server::new().call("GetBook", &[], frame(&GetBookRequest { id: 1 })).await;
    assert_eq!(reply.status().code(), Code::Ok);
}

#[tokio::test]
async fn a_broken_message_is_an_error_of_the_protocol() {
    let server = Server::new();
    let nonsense = [
        ("half a head", &b"\0\0"[..]),
        ("less than announced", b"\0\0\0\0\x09ab"),
        ("no protobuf", b"\0\0\0\0\x02\xff\xff"),
        ("an unknown flag", b"\x07\0\0\0\x02\x08\x01"),
        ("compressed without saying how", b"\x01\0\0\0\x02\x08\x01"),
        ("nothing", b""),
    ];
    for (what, body) in nonsense {
        let reply = server.call("GetBook", &[], Bytes::from_static(body)).await;
        assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Internal, "{what}");
    }
}

#[tokio::test]
async fn a_path_of_any_length_is_cut_short_in_the_answer() {
    let path = format!("/{}", "long".repeat(1000));
    let request = post(&path).header("content-type", "application/grpc").body(Body::empty());
    let status = Server::new().send(request.unwrap()).await.status();
    let details = details(&status, "METHOD_NOT_FOUND");
    assert!(value(&details, "method").ends_with('…'));
    assert!(status.message().len() < 200, "{status:?}");
}

/// The answer's head is all that there is, and clients may refuse more than 8 KiB of it.
#[tokio::test]
async fn what_tonic_quotes_is_cut_short() {
    let encoding = "z".repeat(9000);
    let reply = Server::new().call("GetBook", &[("grpc-encoding", &encoding)], Bytes::new()).await;
    assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Unimplemented);
    assert!(reply.status().message().ends_with("zzz…"), "{reply:?}");
    let length: usize = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(length < 1024, "{length}: {reply:?}");
}
