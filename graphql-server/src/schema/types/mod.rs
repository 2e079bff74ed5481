//! The object and input types of the schema.
//!
//! Objects with a field that waits for an author are `serial`: async-graphql otherwise writes fields in the order of their
//! completion. The books of a list still wait concurrently.

pub(crate) mod author;
pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod connection;
pub(crate) mod id;
