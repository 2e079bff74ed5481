//! GraphQL over HTTP and WebSocket.
//!
//! # Layout
//!
//! - `document`: the operation in a document
//! - `http`: the JSON of a request and its response
//! - `websocket`: the messages of a GraphQL WebSocket

mod document;
mod http;
mod websocket;

pub(super) use http::{Request, has_errors};
pub(super) use websocket::{Operations, Owner, Subprotocol};
