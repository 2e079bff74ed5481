//! The object and input types of the schema.
//!
//! An object has the attribute `serial` if one of its fields waits for an author. Without it, async-graphql
//! would write the fields in the order in which they complete. The books of a list are still resolved
//! concurrently.

pub(crate) mod author;
pub(crate) mod author_loader;
pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod connection;
pub(crate) mod id;
