//! The service that the three servers expose: a shelf of books.
//!
//! It depends on no transport and no framework. It holds every rule and every error, so that a server only maps
//! [`Shelf`]'s methods and [`Error`] to its API.
//!
//! ```
//! use bookshelf::{BookPatch, Error, Shelf};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let shelf = Shelf::seeded();
//! let book = shelf.book(1).await?;
//! assert_eq!(book.title, "UNIX Network Programming");
//!
//! // An update names the revision that the caller read, so that it cannot overwrite an unseen change.
//! let patch = BookPatch { year: Some(1991), ..BookPatch::default() };
//! assert_eq!(shelf.update(1, book.revision, patch.clone()).await?.revision, 2);
//! assert_eq!(shelf.update(1, book.revision, patch).await, Err(Error::Conflict { id: 1, expected: 1, actual: 2 }));
//! # Ok::<(), Error>(())
//! # }).unwrap();
//! ```
//!
//! # Layout
//!
//! - [`model`]: books, authors and the rules for their fields
//! - [`error`]: the errors
//! - [`shelf`]: the operations, with the rules for their arguments
//! - [`store`]: where the books are stored: in memory, or in PostgreSQL
//! - [`page`]: paginated lists with opaque page tokens
//! - [`changes`]: the change feed
//! - `seed`: the books and authors that a new shelf has

#![forbid(unsafe_code)]

pub mod changes;
pub mod error;
pub mod model;
pub mod page;
mod seed;
pub mod shelf;
pub mod store;

pub use changes::{Change, ChangeKind, Changes, Feed};
pub use error::{Entity, Error, Field};
pub use model::{Author, Book, BookPatch, NewBook};
pub use page::{ListBooks, Page};
pub use shelf::Shelf;
pub use store::{Limits, Store};
