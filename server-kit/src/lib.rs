//! Command-line flags, signals and binding: the code that the server commands share.
//!
//! # Layout
//!
//! - `run`: runs a server command, from its flags to its exit code
//! - [`program`]: name, defaults and help texts of a server command
//! - [`flags`]: the command-line flags that every server has
//! - `limit_flags`: a flag for each connection-level limit
//! - [`store`]: the flags that choose where the books are stored, and the connections to a database
//! - `seconds`: a flag value that is a duration in seconds
//! - `sample_interval`: a flag value that is the interval between two samples
//! - [`stderr`]: messages on standard error
//! - `trace_limit`: a flag value that limits the size of a trace
//! - [`bind`]: parses addresses and binds sockets to them
//! - [`shutdown`]: begins the shutdown at SIGINT or SIGTERM
//! - [`recording`]: starts the recording, and reports its errors
//! - `open_connections`: reports the connections that delay a shutdown

pub mod bind;
pub mod flags;
mod limit_flags;
mod open_connections;
pub mod program;
pub mod recording;
mod run;
mod sample_interval;
mod seconds;
pub mod shutdown;
pub mod stderr;
pub mod store;
mod trace_limit;

pub use flags::Flags;
pub use limit_flags::LimitFlags;
pub use program::Program;
pub use run::{run, run_with};
pub use sample_interval::SampleInterval;
pub use seconds::Seconds;
pub use store::StoreFlags;
pub use trace_limit::TraceLimit;
