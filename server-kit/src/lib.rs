//! What the servers share and is no API.
//!
//! # Layout
//!
//! - [`flags`]: the command line, the same in all of them
//! - `size`: how large a trace may be
//! - [`program`]: a server from its flags to its exit code
//! - [`bind`]: addresses: reading, taking, and saying so well when one is taken
//! - [`limits`]: what a client may do, and how long
//! - `incoming`: the connections, no more than the limits allow
//! - `slots`: how many there are, and that their memory is given back when many have gone
//! - `memory`: asks the allocator to do so
//! - `connection`: a connection with its deadlines
//! - [`http`]: HTTP for an axum router
//! - `tonic`: what tonic needs to serve such connections
//! - [`shutdown`]: SIGINT and SIGTERM, and how long running calls may take after them

pub mod bind;
mod connection;
pub mod flags;
pub mod http;
mod incoming;
pub mod limits;
mod memory;
pub mod program;
pub mod shutdown;
mod size;
mod slots;
#[cfg(feature = "tonic")]
pub mod tonic;
mod waiting;

pub use connection::{Connection, Exchange};
pub use flags::Flags;
pub use incoming::Incoming;
pub use limits::Limits;
pub use program::{Program, run, run_on};
pub use size::TraceLimit;
pub use tokio_util::sync::CancellationToken as Shutdown;
