//! The sockets of running programs, as `netstat -tuan` shows them.
//!
//! ```
//! use std::net::TcpListener;
//!
//! use socket_trace::sockets::{Filter, State, table};
//!
//! # if cfg!(target_os = "linux") {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let rows = table(&Filter::port(listener.local_addr()?.port()))?;
//! assert_eq!((rows[0].local, rows[0].state), (listener.local_addr()?, Some(State::Listen)));
//! # }
//! # std::io::Result::Ok(())
//! ```
//!
//! # Layout
//!
//! - [`row`]: one socket
//! - [`filter`]: which sockets to show
//! - [`traced`]: those that a trace speaks of
//! - [`changes`]: what is new since the table was read last
//! - [`text`]: the table for the eye, with its legend
//! - `system`: where it all comes from: on Linux `/proc`, through the crate `procfs`, and `backlog` for the one thing
//!   that is not there; on other systems nothing does

#[cfg(target_os = "linux")]
mod backlog;
pub mod changes;
pub mod filter;
pub mod row;
#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod system;
#[cfg(feature = "cli")]
pub mod text;
pub mod traced;

pub use filter::Filter;
pub use row::{Process, Proto, Row, State};

use std::io;
use std::time::Duration;

/// The sockets that the filter asks for, as they are now: listening ones first, then by their addresses.
///
/// A connection between two programs of this machine is two sockets, so it has two rows.
///
/// # Errors
/// When the system does not tell: only Linux does.
pub fn table(filter: &Filter) -> io::Result<Vec<Row>> {
    let mut rows = system::all(filter)?;
    filter.apply(&mut rows);
    rows.sort_by_key(|row| (row.state != Some(State::Listen), row.proto, row.local, row.foreign));
    Ok(rows)
}

/// How long ago a process was started; `None` when none has that id.
///
/// # Errors
/// As [`table`].
pub fn age(pid: u32) -> io::Result<Option<Duration>> {
    system::age(pid)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
