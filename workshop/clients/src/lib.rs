//! A client for each of the three APIs, with recorded sockets. The clients have a common trait, so that code
//! and tests are written once for all APIs.
//!
//! # Layout
//!
//! - [`Client`], [`Watch`]: the traits of the clients and their watchers
//! - [`Failure`]: the error of a call, classified the same way for the three APIs
//! - `rest`, `graphql`, `grpc`: the clients
//! - `http`: a connection over HTTP/1.1 or HTTP/2, used by the REST and GraphQL clients

#![forbid(unsafe_code)]

mod failure;
mod graphql;
mod grpc;
mod http;
mod rest;

use std::net::SocketAddr;

use bookshelf::{Author, Book, BookPatch, Change, ListBooks, NewBook, Page};
use socket_tap::{Tap, TapStream, TcpOptions};

pub use failure::{Failure, FailureKind};
pub use graphql::{Graphql, GraphqlWatch};
pub use grpc::{Grpc, GrpcWatch};
pub use rest::{Rest, RestWatch};

/// Result of a call; the error is a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;

/// Disables Nagle's algorithm, so that small requests are sent at once.
const OPTIONS: TcpOptions = TcpOptions::new().nodelay(true);

async fn connect(tap: &Tap, address: SocketAddr) -> std::io::Result<TapStream> {
    TapStream::connect_with(tap, address, OPTIONS).await
}

/// A client of one API, with one connection.
pub trait Client: Sized + Send + 'static {
    /// Name of the API, which is also the name of its recordings.
    const API: &'static str;

    /// Stream of changes that [`watch`](Self::watch) returns.
    type Watch: Watch;

    /// Connects to the server at `address`. The socket calls are recorded by `tap`.
    fn connect(tap: &Tap, address: SocketAddr) -> impl Future<Output = Result<Self>> + Send;

    /// Connects like [`connect`](Self::connect), but sends HTTP/2 from the first byte (prior knowledge: RFC 9113,
    /// section 3.3). The gRPC client always does.
    fn connect_http2(tap: &Tap, address: SocketAddr) -> impl Future<Output = Result<Self>> + Send;

    /// Opens a new connection and watches the next `changes` changes. The client's own connection is not
    /// used, because over HTTP/1.1 a stream occupies its connection.
    ///
    /// When this method returns, the server has registered the watcher, so no later change is missed.
    fn watch(
        tap: &Tap,
        address: SocketAddr,
        changes: u32,
    ) -> impl Future<Output = Result<Self::Watch>> + Send;

    /// Gets a book.
    fn book(&mut self, id: u32) -> impl Future<Output = Result<Book>> + Send;

    /// Lists books.
    fn list(&mut self, query: &ListBooks) -> impl Future<Output = Result<Page>> + Send;

    /// Creates a book.
    fn create(&mut self, new: NewBook) -> impl Future<Output = Result<Book>> + Send;

    /// Updates a book that the caller read at `revision`. Fails if the book has another revision by now.
    fn update(
        &mut self,
        id: u32,
        revision: u32,
        patch: BookPatch,
    ) -> impl Future<Output = Result<Book>> + Send;

    /// Deletes a book.
    fn delete(&mut self, id: u32) -> impl Future<Output = Result<()>> + Send;

    /// Gets an author and the first page of the author's books.
    fn author_with_books(&mut self, id: u32) -> impl Future<Output = Result<(Author, Vec<Book>)>> + Send;

    /// Closes the connection as the protocol specifies.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// A stream of changes to the books.
pub trait Watch: Sized + Send + 'static {
    /// Waits for the next change. Returns `None` after the last change, or if the server ends the stream earlier.
    fn next(&mut self) -> impl Future<Output = Result<Option<Change>>> + Send;

    /// Stops watching and closes the connection.
    fn close(self) -> impl Future<Output = ()> + Send;
}
