//! Views of a time line, event by event or connection by connection.
//!
//! # Layout
//!
//! - [`view`]: one of the output forms below
//! - [`filter`]: selection of the events to show
//! - [`lines`]: one line per event
//! - [`description`]: one-line description of transferred data
//! - [`bytes`]: hex dump of transferred data
//! - [`json`]: an array of events in JSON
//! - [`summary`]: one line per connection

pub mod bytes;
pub mod description;
pub mod filter;
pub mod json;
pub mod lines;
pub mod summary;
pub mod view;

#[cfg(test)]
mod tests;
