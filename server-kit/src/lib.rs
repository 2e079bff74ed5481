//! What the three servers share and is no API.
//!
//! # Layout
//!
//! - [`flags`]: the command line, the same in all three
//! - [`program`]: a server from its flags to its exit code
//! - [`bind`]: addresses: reading, taking, and saying so well when one is taken
//! - [`http`]: the accept loop for HTTP
//! - [`shutdown`]: SIGINT and SIGTERM, and how long running calls may take after them

#![forbid(unsafe_code)]

pub mod bind;
pub mod flags;
pub mod http;
pub mod program;
pub mod shutdown;

pub use flags::Flags;
pub use program::{Program, run};
pub use tokio_util::sync::CancellationToken as Shutdown;
