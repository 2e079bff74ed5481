//! Timeouts, limits and protocol checks for HTTP servers, generic over the API behind them.
//!
//! # Layout
//!
//! - [`limits`]: connection-level limits, each with its reason
//! - `incoming`: accepted connections, no more at once than the limits allow
//! - `slots`: the connection count, and memory returned after a burst
//! - `memory`: asks the allocator to return memory
//! - `connection`: a connection with its deadlines
//! - [`serve`]: HTTP/1.1 and HTTP/2 for an axum router
//! - `front`: checks and timeouts before the router
//! - `head`: checks of the request head
//! - [`origin`], [`accept`], [`body`]: same-origin check, `Accept`, request bodies
//! - `rejection`: requests rejected before they reach the API
//! - [`shutdown`]: the shutdown signal and the grace period after it
//! - `tonic`: connections and requests for tonic's server

pub mod accept;
pub mod body;
mod connection;
mod front;
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
