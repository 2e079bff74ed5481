//! A client in ten lines: gets a book from the server at the given URL and prints it.
//!
//! ```sh
//! cargo run -p grpc-server --example grpc-client -- http://127.0.0.1:50051
//! ```

#![allow(clippy::print_stdout, reason = "the example prints a book and an error")]

use bookshelf_proto::v1::{GetBookRequest, bookshelf_service_client::BookshelfServiceClient};
use tonic::transport::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:50051".to_owned());
    let mut client = BookshelfServiceClient::new(Channel::from_shared(server)?.connect().await?);

    let book = client.get_book(GetBookRequest { id: 1 }).await?.into_inner().book.unwrap_or_default();
    println!("{} ({})", book.title, book.year);

    // Programs distinguish errors by their reason.
    let status = client
        .get_book(GetBookRequest { id: 99 })
        .await
        .err()
        .ok_or("expected an error for book 99, received a book")?;
    let reason = tonic_types::StatusExt::get_details_error_info(&status).map(|info| info.reason);
    println!("{}: {}", reason.unwrap_or_default(), status.message());
    Ok(())
}
