//! Command-line flags, signals and binding: what the server commands share.
//!
//! # Layout
//!
//! - [`flags`]: the command line
//! - `size`: the size limit of a trace
//! - [`program`]: a server from its flags to its exit code
//! - [`bind`]: addresses: parsing, binding, error messages
//! - [`shutdown`]: SIGINT and SIGTERM
//! - `waiting`: reports the connections that hold up a shutdown

pub mod bind;
pub mod flags;
pub mod program;
pub mod shutdown;
mod size;
mod waiting;

pub use flags::Flags;
pub use program::{Program, run, run_on};
pub use size::TraceLimit;
