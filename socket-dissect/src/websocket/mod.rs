//! WebSocket: RFC 6455.
//!
//! # Layout
//!
//! - `connection`: [`WebSocket`], both directions of a connection
//! - `frame`: the header of a frame
//! - `message`: a message across its frames
//! - `reader`: one direction, frame by frame

mod connection;
mod frame;
mod message;
mod reader;

pub(super) use connection::WebSocket;

#[cfg(test)]
mod tests;
