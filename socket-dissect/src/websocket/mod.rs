//! WebSocket: RFC 6455.
//!
//! # Layout
//!
//! - `connection`: [`WebSocket`], both directions of a connection
//! - `deflate`: decompression of messages
//! - `rules`: the rules that a frame breaks
//! - `frame`: the header of a frame
//! - `message`: a message across its frames
//! - `reader`: one direction, frame by frame

mod connection;
mod deflate;
mod frame;
mod message;
mod reader;
mod rules;

pub(super) use connection::WebSocket;
pub(super) use deflate::Deflate;

#[cfg(test)]
mod tests;
