//! GraphQL: over HTTP, and over a WebSocket.
//!
//! # Layout
//!
//! - `document`: what operation a document holds
//! - `http`: the JSON of a request and its answer
//! - `subscription`: messages of a WebSocket

mod document;
mod http;
mod subscription;

pub(super) use http::{Request, has_errors};
pub(super) use subscription::{Owner, Protocol, Subscriptions};
