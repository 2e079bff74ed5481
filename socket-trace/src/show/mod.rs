//! Views of a time line, event by event or connection by connection.
//!
//! # Layout
//!
//! - [`view`]: writes a time line in any of the output forms below
//! - [`filter`]: the conditions for an event to be shown
//! - [`lines`]: one line of text per event
//! - [`description`]: one-line description of transferred data
//! - [`bytes`]: hex dump of transferred data
//! - [`headers`]: header fields of transferred messages
//! - [`json`]: one JSON object per event
//! - [`summary`]: one line of text per connection

pub mod bytes;
pub mod description;
pub mod filter;
pub mod headers;
pub mod json;
pub mod lines;
pub mod summary;
pub mod view;

#[cfg(test)]
mod tests;
