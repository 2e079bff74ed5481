//! The time line of recordings, event by event.
//!
//! # Layout
//!
//! - [`view`]: one of the forms below
//! - [`filter`]: which events are to be shown
//! - [`lines`]: a line for each, with what it carried
//! - [`carried`]: what a read or write carried, in a few words
//! - [`bytes`]: the bytes themselves, each part named
//! - [`json`]: all of it for a machine
//! - [`summary`]: a line for each connection

pub mod bytes;
pub mod carried;
pub mod filter;
pub mod json;
pub mod lines;
pub mod summary;
pub mod view;

#[cfg(test)]
mod tests;
