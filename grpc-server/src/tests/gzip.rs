//! gzip is accepted in all requests, and used for responses that it shortens.

use bookshelf_proto::v1::{GetBookRequest, ListBooksRequest, WatchBooksRequest};
use tonic::Code;
use tonic::codec::CompressionEncoding::Gzip;
use tonic_health::pb::HealthCheckRequest;

use super::support::{Server, frame, next};

const ACCEPT_GZIP: (&str, &str) = ("grpc-accept-encoding", "identity,deflate,gzip");

fn list(page_size: u32) -> ListBooksRequest {
    ListBooksRequest { page_size, ..ListBooksRequest::default() }
}

#[tokio::test]
async fn list_of_books_is_compressed() {
    let server = Server::new();
    let plain = server.call("ListBooks", &[], frame(&list(0))).await;
    let compressed = server.call("ListBooks", &[ACCEPT_GZIP], frame(&list(0))).await;
    assert!(!plain.headers.contains_key("grpc-encoding"));
    assert_eq!(compressed.headers["grpc-encoding"], "gzip");
    assert_eq!((plain.body[0], compressed.body[0]), (0, 1), "compression flags");
    assert!(
        compressed.body.len() + 100 < plain.body.len(),
        "{} and {}",
        compressed.body.len(),
        plain.body.len()
    );
    let mut client = server.client().accept_compressed(Gzip);
    assert_eq!(client.list_books(list(0)).await.unwrap().into_inner().books.len(), 14);
}

#[tokio::test]
async fn short_messages_are_not_compressed() {
    let server = Server::new();
    let short = server.call("ListBooks", &[ACCEPT_GZIP], frame(&list(2))).await;
    assert_eq!(short.body[0], 0);
    let book = server.call("GetBook", &[ACCEPT_GZIP], frame(&GetBookRequest { id: 1 })).await;
    assert_eq!(book.body[0], 0);
    assert!(!book.headers.contains_key("grpc-encoding"));
    let mut client = server.client().accept_compressed(Gzip);
    let mut changes = client.watch_books(WatchBooksRequest::default()).await.unwrap();
    assert!(!changes.metadata().contains_key("grpc-encoding"));
    server.shelf.delete(1).await.unwrap();
    assert!(next(changes.get_mut()).await.unwrap().is_some());
}

#[tokio::test]
async fn compressed_requests_are_accepted() {
    let mut client = Server::new().client().send_compressed(Gzip);
    assert_eq!(client.list_books(list(1)).await.unwrap().into_inner().books.len(), 1);
    let mut health = Server::new().health().send_compressed(Gzip);
    assert!(health.check(HealthCheckRequest::default()).await.is_ok(), "by all services");
}

#[tokio::test]
async fn unknown_compression_is_unimplemented() {
    let message = frame(&GetBookRequest { id: 1 });
    let reply = Server::new().call("GetBook", &[("grpc-encoding", "br")], message).await;
    assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Unimplemented);
    assert!(reply.headers["grpc-accept-encoding"].to_str().unwrap().contains("gzip"));
}
