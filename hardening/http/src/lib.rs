//! Timeouts, limits and protocol checks for HTTP servers, generic over the API behind them.
//!
//! # Layout
//!
//! - [`limits`]: connection-level limits and their defaults
//! - `incoming`: accepts connections, and limits the number of open ones
//! - `slots`: counts open connections, and returns memory to the operating system after a burst
//! - [`networks`]: limits the number of open connections from one network
//! - `memory`: the allocator calls that return memory
//! - `connection`: a connection that enforces its timeouts
//! - [`mod@serve`]: serves an axum router over HTTP/1.1 and HTTP/2
//! - `guard`: checks requests, limits the time to the response, and catches panics
//! - `head`: checks of the request head that hyper does not make
//! - [`hosts`]: the hosts that a request may be addressed to
//! - [`pacing`]: limits how often each client gets a response
//! - `rejection`: the status and reason of a request that is rejected before it reaches the API
//! - [`origin`]: checks that a request comes from a page of the same origin
//! - [`accept`]: parses `Accept` headers for content negotiation
//! - [`body`]: reads request bodies, and checks their media type, content coding and length
//! - [`shutdown`]: the signal that begins the shutdown, and the grace period after it
//! - `tonic`: connects tonic's server to the timeouts of `connection`

pub mod accept;
pub mod body;
mod connection;
mod guard;
mod head;
pub mod hosts;
mod incoming;
pub mod limits;
mod memory;
pub mod networks;
pub mod origin;
pub mod pacing;
mod rejection;
pub mod serve;
pub mod shutdown;
mod slots;
#[cfg(feature = "tonic")]
pub mod tonic;

pub use connection::{Connection, Exchange};
pub use guard::Peer;
pub use incoming::Incoming;
pub use limits::Limits;
pub use rejection::{Rejection, RejectionHandler};
pub use serve::{serve, serve_with, serve_with_peer};
pub use shutdown::Shutdown;
