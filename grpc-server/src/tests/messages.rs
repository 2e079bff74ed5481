//! Snapshot of the error messages of this server.

use std::fmt::Write as _;

use bookshelf_proto::v1::{Book, CreateBookRequest, GetBookRequest, UpdateBookRequest, WatchBooksRequest};
use bytes::Bytes;
use tonic::body::Body;
use tonic_health::pb::HealthCheckRequest;

use super::support::{SERVICE, Server, frame, post, request};

/// Sends requests that are not gRPC, and returns the body of each response.
async fn http_errors(server: &Server) -> String {
    let get = post(&format!("{SERVICE}/GetBook")).method("GET").body(Body::empty()).unwrap();
    let json = post(&format!("{SERVICE}/GetBook")).header("content-type", "application/json");
    let mut table = String::new();
    for (case, request) in [("GET", get), ("JSON", json.body(Body::empty()).unwrap())] {
        let body = server.send(request).await.body;
        write!(table, "{case}: {}", String::from_utf8_lossy(&body)).unwrap();
    }
    table
}

#[tokio::test(start_paused = true)]
async fn error_messages_match_the_snapshot() {
    let server = Server::new();
    let book = || frame(&GetBookRequest { id: 1 });
    let large = CreateBookRequest { book: Some(Book { title: "x".repeat(70_000), ..Book::default() }) };
    let update = UpdateBookRequest { book: Some(Book { id: 1, ..Book::default() }), update_mask: None };
    let calls = [
        ("unknown method", "BurnBook", None, Bytes::new()),
        ("malformed timeout", "GetBook", Some(("grpc-timeout", "5s")), book()),
        ("expired deadline", "GetBook", Some(("grpc-timeout", "0S")), book()),
        ("unknown compression", "GetBook", Some(("grpc-encoding", "br")), book()),
        ("truncated message", "GetBook", None, Bytes::from_static(b"\0\0")),
        ("large message", "CreateBook", None, frame(&large)),
        ("update without a book", "UpdateBook", None, frame(&UpdateBookRequest::default())),
        ("update without a revision", "UpdateBook", None, frame(&update)),
        ("unknown change", "WatchBooks", None, frame(&WatchBooksRequest { after_sequence: Some(7) })),
    ];
    let mut table = http_errors(&server).await;
    for (case, method, header, body) in calls {
        let headers: Vec<_> = header.into_iter().collect();
        let status = server.call(method, &headers, body).await.status();
        writeln!(table, "{case}: {}", status.message()).unwrap();
    }
    let stalled = request("GetBook", &[], Body::new(stalled_body()));
    writeln!(table, "incomplete request: {}", server.send(stalled).await.status().message()).unwrap();
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() };
    let status = server.health().check(unknown).await.unwrap_err();
    writeln!(table, "health of an unknown service: {}", status.message()).unwrap();
    insta::assert_snapshot!(table);
}

/// Returns a body that never yields a chunk and never ends.
fn stalled_body() -> impl hyper::body::Body<Data = Bytes, Error = tonic::Status> {
    http_body_util::StreamBody::new(futures_util::stream::pending())
}
