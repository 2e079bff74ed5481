//! Timeouts, limits and protocol checks for HTTP servers, generic over the API behind them.
//!
//! # Layout
//!
//! - [`limits`]: connection-level limits and their defaults
//! - `incoming`: accepted connections, up to the maximum number
//! - `slots`: the number of open connections; returns memory to the operating system after a burst
//! - `memory`: the allocator call for that
//! - `connection`: a connection that enforces its timeouts
//! - [`mod@serve`]: HTTP/1.1 and HTTP/2 for an axum router
//! - `guard`: checks, timeout and panic guard around the router
//! - `head`: checks of the request head
//! - `rejection`: requests rejected before they reach the API
//! - [`origin`], [`accept`], [`body`]: same-origin check, `Accept`, request bodies
//! - [`shutdown`]: the shutdown signal and the grace period after it
//! - `tonic`: connections and requests for tonic's server

pub mod accept;
pub mod body;
mod connection;
mod guard;
mod head;
mod incoming;
pub mod limits;
mod memory;
pub mod origin;
mod rejection;
pub mod serve;
pub mod shutdown;
mod slots;
#[cfg(feature = "tonic")]
pub mod tonic;

pub use connection::{Connection, Exchange};
pub use incoming::Incoming;
pub use limits::Limits;
pub use rejection::{Rejection, RejectionHandler};
pub use serve::{serve, serve_with};
pub use shutdown::Shutdown;
