//! gRPC over HTTP/2: `PROTOCOL-HTTP2.md` of the gRPC project.
//!
//! # Layout
//!
//! - `status`: the status of a call
//! - `method`: the called method, and the types of its messages
//! - `messages`: the messages in the body of a request or response

mod messages;
mod method;
mod status;

pub(super) use messages::MessageReader;
pub(super) use method::Method;
pub(super) use status::{Status, unescaped};

#[cfg(test)]
mod tests;
