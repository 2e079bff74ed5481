//! HTTP/1.1: RFC 9112.
//!
//! # Layout
//!
//! - `connection`: [`Http1`], both directions of a connection
//! - `start_line`: recognition of messages by their start line
//! - `parsed_start_line`: the contents of a start line, and its text
//! - `head`: the start line and the header fields
//! - `head_cache`: a cache of parsed heads
//! - `section`: the field lines, however malformed
//! - `fields`: the fields that determine how the message continues
//! - `length`: the length of a message body
//! - `body`: the bytes of a body
//! - `chunked`: a body in chunked transfer coding
//! - `exchanges`: requests whose responses are incomplete

mod body;
mod chunked;
mod connection;
mod exchanges;
mod fields;
mod head;
mod head_cache;
mod length;
mod parsed_start_line;
mod section;
pub(super) mod start_line;

pub(super) use connection::Http1;
pub(super) use head_cache::HeadCache;

#[cfg(test)]
mod tests;
