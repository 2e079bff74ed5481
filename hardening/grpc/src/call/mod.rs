//! A tower service around tonic's services. It checks the calls of all methods.
//!
//! - `guarded`: the service, and the future of its response
//! - `guard`: the API and the settings of the checks
//! - `protocol`: rejects requests that are not gRPC
//! - `deadline`: reads `grpc-timeout`, the client's deadline
//! - `request`: ends a request stream whose next message is overdue
//! - `framing`: finds the message boundaries in a request body
//! - `response`: ends the response body at the deadline or after a panic

mod deadline;
mod framing;
mod guard;
mod guarded;
mod protocol;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub(crate) use guard::Guard;
pub use guarded::{Guarded, ResponseFuture};
pub use response::ResponseBody;
