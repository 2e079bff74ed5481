//! gRPC over HTTP/2 and gRPC-Web: `PROTOCOL-HTTP2.md` and `PROTOCOL-WEB.md` of the gRPC project.
//!
//! # Layout
//!
//! - `status`: the status of a call
//! - `method`: the called method, and the types of its messages
//! - `format`: a message as text
//! - `web_text`: the base64 bodies of gRPC-Web
//! - `body`: [`GrpcBody`], the messages of a complete body as JSON
//! - `messages`: the messages in the body of a request or response

mod body;
mod format;
mod messages;
mod method;
mod status;
mod web_text;

pub use body::{GrpcBody, GrpcMessages};
pub(super) use format::{Format, MAX_CUT};
pub(super) use messages::MessageReader;
pub(super) use method::Method;
pub use status::grpc_status;
pub(super) use status::{Status, unescaped};
pub(super) use web_text::describe as describe_web_text;

#[cfg(test)]
mod tests;
