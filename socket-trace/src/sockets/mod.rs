//! Lists the sockets of running programs, as `netstat -tuan` does.
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
//! - [`row`]: a row of the table: the addresses, state and process of one socket
//! - [`filter`]: the conditions for a socket to be shown
//! - [`traced`]: a filter for the sockets that belong to a recording
//! - [`changes`]: changes since the table was last read
//! - [`text`]: the table as text, with a legend
//! - `system`: the sockets of this system; only Linux is supported
//! - `proc_net`, `proc_pid`: the tables in `/proc/thread-self/net`, and the processes in `/proc/PID`
//! - `sock_diag`: the backlogs of listening sockets

pub mod changes;
pub mod filter;
#[cfg(target_os = "linux")]
mod proc_net;
#[cfg(target_os = "linux")]
mod proc_pid;
pub mod row;
#[cfg(target_os = "linux")]
mod sock_diag;
#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "unsupported.rs")]
mod system;
#[cfg(feature = "cli")]
pub mod text;
pub mod traced;

pub use filter::Filter;
pub use row::{Process, Proto, Row, State};

use std::io;
use std::time::Duration;

/// Returns the sockets that the filter selects: listening ones first, then by address.
///
/// A connection between two programs of this machine is two sockets, so it has two rows.
///
/// # Errors
/// The system is not Linux, or its tables cannot be read.
pub fn table(filter: &Filter) -> io::Result<Vec<Row>> {
    system::all(filter).map(|rows| select(rows, filter))
}

/// Returns the sockets that the filter selects, without their processes. Faster than [`table`], which looks at the open
/// files of all processes. On Linux, the sockets are those of the calling thread's network namespace.
///
/// # Errors
/// The same as for [`table`].
pub fn table_without_processes(filter: &Filter) -> io::Result<Vec<Row>> {
    system::without_processes().map(|rows| select(rows, filter))
}

/// Returns the TCP sockets with IPv4 addresses, without their processes and backlogs, in no order. The fastest of these
/// functions. It still takes some milliseconds, because the kernel walks through a hash table for all networks. On Linux, the
/// sockets are those of the calling thread's network namespace.
///
/// # Errors
/// The same as for [`table`].
pub fn tcp_v4_table() -> io::Result<Vec<Row>> {
    system::tcp_v4()
}

fn select(mut rows: Vec<Row>, filter: &Filter) -> Vec<Row> {
    filter.apply(&mut rows);
    rows.sort_by_key(|row| (row.state != Some(State::Listen), row.proto, row.local, row.foreign));
    rows
}

/// Returns the time since a process was started; `None` if no process has this id.
///
/// # Errors
/// The same as for [`table`].
pub fn age(pid: u32) -> io::Result<Option<Duration>> {
    system::age(pid)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
