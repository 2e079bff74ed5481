//! gRPC over HTTP/2, as `PROTOCOL-HTTP2.md` of the gRPC project has it.
//!
//! # Layout
//!
//! - `status`: how a call ended
//! - `method`: what is called, and the types of its messages
//! - `messages`: the messages in the content of a request or an answer

mod messages;
mod method;
mod status;

pub(super) use messages::Messages;
pub(super) use method::Method;
pub(super) use status::{Status, unescaped};

#[cfg(test)]
mod tests;
