//! The object and input types of the schema.
//!
//! An object has the attribute `serial` if one of its fields waits for an author. Without this attribute,
//! async-graphql would write the fields in the order in which they complete instead of the order of the
//! query. The books of a list are resolved concurrently all the same.

pub(crate) mod author;
pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod connection;
pub(crate) mod id;
