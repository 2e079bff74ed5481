//! Messages that are too large, and errors that are not.

use bookshelf_proto::v1::{Book, CreateBookRequest, UpdateBookRequest};
use prost_types::FieldMask;
use tonic::Code;
use tonic::codec::CompressionEncoding::Gzip;

use super::support::{Server, details, frame, value};
use crate::limits::MAX_REQUEST_BYTES;

fn titled(length: usize) -> CreateBookRequest {
    CreateBookRequest { book: Some(Book { title: "x".repeat(length), author_id: 1, ..Book::default() }) }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_unread() {
    let mut client = Server::new().client();
    // Below the limit it is the shelf that refuses.
    let status = client.create_book(titled(MAX_REQUEST_BYTES - 100)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let status = client.create_book(titled(MAX_REQUEST_BYTES + 1)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(value(&details(&status, "MESSAGE_TOO_LARGE"), "limit"), MAX_REQUEST_BYTES.to_string());
}

#[tokio::test]
async fn a_message_is_as_large_as_it_is_when_unpacked() {
    let mut client = Server::new().client().send_compressed(Gzip);
    let status = client.create_book(titled(10_000_000)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    details(&status, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn the_longest_error_is_a_head_that_every_client_takes() {
    let server = Server::new();
    // Each character is three bytes, nine in a message as it is sent.
    let paths = vec!["あ".repeat(200); 100];
    let book = Some(Book { id: 1, revision: 1, ..Book::default() });
    let request = UpdateBookRequest { book, update_mask: Some(FieldMask { paths }) };
    let reply = server.call("UpdateBook", &[], frame(&request)).await;
    assert_eq!(reply.code("FIELD_INVALID"), Code::InvalidArgument);
    // As HTTP/2 counts: 32 bytes for each, besides its name and its value.
    let size: usize = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(size < 8 * 1024, "{size}");
}
