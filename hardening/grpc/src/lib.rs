//! Deadlines, message limits and protocol checks for gRPC servers on tonic, generic over the API behind them.
//!
//! # Layout
//!
//! A call passes these modules in this order:
//!
//! - `transport`: tonic's server with the connection limits
//! - `web`: gRPC-Web for browsers, with the cargo feature `web`
//! - `call`: rejects requests that are not gRPC, enforces deadlines and timeouts, and catches panics
//! - `services`: combines the API's service with health and server reflection
//! - `health`: the health service, `grpc.health.v1.Health`
//!
//! The handlers of an API use these:
//!
//! - [`status`]: builds errors with `google.rpc` details
//! - [`mask`]: reads the update mask of a request
//! - [`limits`]: limits on the length of errors, each with its reason

#![forbid(unsafe_code)]

mod api;
mod call;
mod health;
pub mod limits;
pub mod mask;
mod services;
pub mod status;
mod transport;
#[cfg(feature = "web")]
mod web;

pub use api::Api;
pub use call::{Guarded, ResponseBody, ResponseFuture};
pub use services::{Services, services};
pub use transport::serve;
