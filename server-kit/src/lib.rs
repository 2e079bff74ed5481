//! Command-line flags, signals and binding: what the server commands share.
//!
//! # Layout
//!
//! - [`flags`], `limit_flags`: the command line
//! - `seconds`, `size`: flag values
//! - [`program`]: a server from its flags to its exit code
//! - [`bind`]: addresses: parsing, binding, error messages
//! - [`shutdown`]: SIGINT and SIGTERM
//! - `waiting`: reports the connections that hold up a shutdown

pub mod bind;
pub mod flags;
mod limit_flags;
pub mod program;
mod seconds;
pub mod shutdown;
mod size;
mod waiting;

pub use flags::Flags;
pub use limit_flags::LimitFlags;
pub use program::{Program, run, run_with};
pub use seconds::Seconds;
pub use size::TraceLimit;
