//! gzip: taken always, sent where it saves bytes.

use bookshelf_proto::v1::{GetBookRequest, ListBooksRequest, WatchBooksRequest};
use tonic::Code;
use tonic::codec::CompressionEncoding::Gzip;
use tonic_health::pb::HealthCheckRequest;

use super::support::{Server, frame, next};

const TAKES_GZIP: (&str, &str) = ("grpc-accept-encoding", "identity,deflate,gzip");

fn list(page_size: u32) -> ListBooksRequest {
    ListBooksRequest { page_size, ..ListBooksRequest::default() }
}

#[tokio::test]
async fn a_page_of_books_is_shorter_for_a_client_that_takes_gzip() {
    let server = Server::new();
    let plain = server.call("ListBooks", &[], frame(&list(0))).await;
    let packed = server.call("ListBooks", &[TAKES_GZIP], frame(&list(0))).await;
    assert!(!plain.headers.contains_key("grpc-encoding"));
    assert_eq!(packed.headers["grpc-encoding"], "gzip");
    assert_eq!((plain.body[0], packed.body[0]), (0, 1), "the flag of the message");
    assert!(packed.body.len() + 100 < plain.body.len(), "{} and {}", packed.body.len(), plain.body.len());
    let mut client = server.client().accept_compressed(Gzip);
    assert_eq!(client.list_books(list(0)).await.unwrap().into_inner().books.len(), 14);
}

#[tokio::test]
async fn what_gzip_would_make_longer_is_sent_as_it_is() {
    let server = Server::new();
    let short = server.call("ListBooks", &[TAKES_GZIP], frame(&list(2))).await;
    assert_eq!(short.body[0], 0);
    let book = server.call("GetBook", &[TAKES_GZIP], frame(&GetBookRequest { id: 1 })).await;
    assert_eq!(book.body[0], 0);
    assert!(!book.headers.contains_key("grpc-encoding"));
    let mut client = server.client().accept_compressed(Gzip);
    let mut changes = client.watch_books(WatchBooksRequest::default()).await.unwrap();
    assert!(!changes.metadata().contains_key("grpc-encoding"));
    server.shelf.delete(1).unwrap();
    assert!(next(changes.get_mut()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_request_may_be_compressed() {
    let mut client = Server::new().client().send_compressed(Gzip);
    assert_eq!(client.list_books(list(1)).await.unwrap().into_inner().books.len(), 1);
    let mut health = Server::new().health().send_compressed(Gzip);
    assert!(health.check(HealthCheckRequest::default()).await.is_ok(), "whatever the service");
}

#[tokio::test]
async fn another_compression_is_unimplemented_and_told_what_is_not() {
    let message = frame(&GetBookRequest { id: 1 });
    let reply = Server::new().call("GetBook", &[("grpc-encoding", "br")], message).await;
    assert_eq!(reply.code("PROTOCOL_ERROR"), Code::Unimplemented);
    assert!(reply.headers["grpc-accept-encoding"].to_str().unwrap().contains("gzip"));
    assert!(reply.status().message().contains("br"));
}
