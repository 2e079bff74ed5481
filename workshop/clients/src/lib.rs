//! One client for each API, over tapped sockets, behind one trait: what the tour and the tests do is written once and
//! done over all three.
//!
//! # Layout
//!
//! - [`Client`], [`Watch`]: what a client can do
//! - [`Failure`]: why a call failed, in words that are the same for the three
//! - `rest`, `graphql`, `grpc`: the clients
//! - `http`: one HTTP/1.1 connection, shared by the first two

#![forbid(unsafe_code)]

mod failure;
mod graphql;
mod grpc;
mod http;
mod rest;

use std::net::SocketAddr;

use bookshelf::{Author, Book, BookPatch, Change, ListBooks, NewBook, Page};
use socket_tap::{Tap, TapStream, TcpOptions};

pub use failure::{Failure, Kind};
pub use graphql::{Graphql, GraphqlWatch};
pub use grpc::{Grpc, GrpcWatch};
pub use rest::{Rest, RestWatch};

/// What a call returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// Small requests are sent at once.
const OPTIONS: TcpOptions = TcpOptions::new().nodelay(true);

async fn connect(tap: &Tap, address: SocketAddr) -> std::io::Result<TapStream> {
    TapStream::connect_with(tap, address, OPTIONS).await
}

/// A client with one connection.
pub trait Client: Sized + Send + 'static {
    /// What the API's recordings are called.
    const API: &'static str;

    /// The watcher that goes with it.
    type Watch: Watch;

    /// Opens the connection.
    fn connect(tap: &Tap, address: SocketAddr) -> impl Future<Output = Result<Self>> + Send;

    /// Watches the next `changes` changes, over a connection of its own: in HTTP/1.1 a stream takes a whole one. When
    /// this returns, the server has the watcher: no later change is missed.
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

    /// Changes a book that was read at `revision`.
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

    /// Closes the connection in the protocol's own way.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// A stream of changes.
pub trait Watch: Sized + Send + 'static {
    /// Waits for the next change; `None` after the last, or when the server ends the stream before.
    fn next(&mut self) -> impl Future<Output = Result<Option<Change>>> + Send;

    /// Stops watching and closes the connection.
    fn close(self) -> impl Future<Output = ()> + Send;
}
