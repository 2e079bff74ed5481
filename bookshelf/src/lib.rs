//! The tiny service that the three servers expose: a shelf of books.
//!
//! It knows no transport and no framework. Every rule is here, once, and so is every way to fail;
//! a server only maps [`Shelf`]'s methods and [`Error`] to what its API says.
//!
//! ```
//! use bookshelf::{BookPatch, Error, Shelf};
//!
//! let shelf = Shelf::seeded();
//! let book = shelf.book(1)?;
//! assert_eq!(book.title, "UNIX Network Programming");
//!
//! // An update names the revision that it was made from, so that no change is lost unseen.
//! let patch = BookPatch { year: Some(1991), ..BookPatch::default() };
//! assert_eq!(shelf.update(1, book.revision, patch.clone())?.revision, 2);
//! assert_eq!(shelf.update(1, book.revision, patch), Err(Error::Conflict { id: 1, expected: 1, actual: 2 }));
//! # Ok::<(), Error>(())
//! ```
//!
//! # Layout
//!
//! - [`model`]: what stands on the shelf, and the rules for a single book
//! - [`error`]: every way to fail
//! - [`shelf`]: the operations
//! - [`page`]: lists in pages, with an opaque token
//! - [`changes`]: the change feed
//! - `seed`: the books that every server starts with

#![forbid(unsafe_code)]

pub mod changes;
pub mod error;
pub mod model;
pub mod page;
mod seed;
pub mod shelf;

pub use changes::{Change, ChangeKind, Changes};
pub use error::{Entity, Error, Field};
pub use model::{Author, Book, BookPatch, NewBook};
pub use page::{ListBooks, Page};
pub use shelf::{Limits, Shelf};
