//! Deadlines, message limits and protocol checks for gRPC servers on tonic, generic over the API behind them.
//!
//! # Layout
//!
//! A call passes these modules in this order:
//!
//! - `transport`: tonic's server with the connection limits
//! - `web`: gRPC-Web for browsers, with the cargo feature `web`
//! - `call`: protocol check, deadline, request timeout, panics
//! - `services`: combines the API's service with health and server reflection
//! - `health`: `grpc.health.v1.Health`
//!
//! The handlers of an API use these:
//!
//! - [`status`]: errors with `google.rpc` details
//! - [`mask`]: update masks
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
