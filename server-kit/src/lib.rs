//! Command-line flags, signals and binding: the code that the server commands share.
//!
//! # Layout
//!
//! - [`program`]: runs a server command, from its flags to its exit code
//! - [`flags`], `limit_flags`: the command-line flags
//! - [`store`]: opens the store of the books that a flag names
//! - `seconds`, `trace_limit`: types of flag values
//! - [`bind`]: parses addresses and binds sockets to them
//! - [`shutdown`]: begins the shutdown at SIGINT or SIGTERM
//! - `open_connections`: reports the connections that delay a shutdown

pub mod bind;
pub mod flags;
mod limit_flags;
mod open_connections;
pub mod program;
mod seconds;
pub mod shutdown;
pub mod store;
mod trace_limit;

pub use flags::Flags;
pub use limit_flags::LimitFlags;
pub use program::{Program, run, run_with};
pub use seconds::Seconds;
pub use store::StoreFlags;
pub use trace_limit::TraceLimit;
