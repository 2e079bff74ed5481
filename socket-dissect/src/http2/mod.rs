//! HTTP/2: RFC 9113.
//!
//! # Layout
//!
//! - `connection`: [`Http2`], both directions of a connection
//! - `first_frame`: recognition of the protocol by its preface or first frame
//! - `frame`: the header of a frame
//! - `control`: frames without a message: SETTINGS, PING, WINDOW_UPDATE and so on
//! - `incoming`: a frame that is being read
//! - `reader`: one direction, frame by frame
//! - `rules`: the rules that a frame breaks
//! - `header_blocks`: collects and decodes header blocks
//! - `fields`: the fields of a header block
//! - `stream`, `streams`: a request and its response, and all open streams

mod connection;
mod control;
mod fields;
pub(super) mod first_frame;
mod frame;
mod header_blocks;
mod incoming;
mod reader;
mod rules;
mod stream;
mod streams;

pub(super) use connection::Http2;

#[cfg(test)]
mod tests;
