//! The object and input types of the schema.
//!
//! An object is `serial` if one of its fields waits for an author. Otherwise, async-graphql would write its
//! fields in the order of their completion. The books of a list still wait concurrently.

pub(crate) mod author;
pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod connection;
pub(crate) mod id;
