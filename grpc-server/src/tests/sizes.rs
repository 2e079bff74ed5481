//! Limits on the size of request messages and errors.

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
async fn message_above_the_limit_is_rejected() {
    let mut client = Server::new().client();
    // A message at the limit reaches the shelf, which rejects the title.
    let status = client.create_book(titled(MAX_REQUEST_BYTES - 100)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let status = client.create_book(titled(MAX_REQUEST_BYTES + 1)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(value(&details(&status, "MESSAGE_TOO_LARGE"), "limit"), MAX_REQUEST_BYTES.to_string());
}

#[tokio::test]
async fn limit_applies_to_the_decompressed_message() {
    let mut client = Server::new().client().send_compressed(Gzip);
    let status = client.create_book(titled(10_000_000)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    details(&status, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn longest_error_fits_8_kib_of_headers() {
    let server = Server::new();
    // Each character has three bytes, nine when percent-encoded.
    let paths = vec!["あ".repeat(200); 100];
    let book = Some(Book { id: 1, revision: 1, ..Book::default() });
    let request = UpdateBookRequest { book, update_mask: Some(FieldMask { paths }) };
    let reply = server.call("UpdateBook", &[], frame(&request)).await;
    assert_eq!(reply.code("FIELD_INVALID"), Code::InvalidArgument);
    // A header counts 32 bytes more than its name and value (RFC 9113, section 6.5.2).
    let size: usize = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(size < 8 * 1024, "{size}");
}
