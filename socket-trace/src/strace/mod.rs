//! Makes traces of programs without a tap, from the system calls that strace logs.
//!
//! ```
//! use socket_trace::strace::{Destination, ImportOptions, Importer};
//!
//! let out = Box::new(std::io::sink());
//! let mut importer = Importer::new(Destination::Stream(out), ImportOptions::default());
//! let log = "1 1796064801.319393 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3";
//! importer.line(log.as_bytes(), "log", 1, None)?;
//! assert_eq!(importer.finish()?.end.events, 1);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Layout
//!
//! - `line`, `text`, `address`, `payload`, `errno`: parsers of one line and its parts
//! - `call_names`: the system calls that matter
//! - `processes`: threads, processes and their tables of descriptors; `creations`: the calls that create them
//! - `socket`: the state of one open socket
//! - `tracker`: follows all sockets; `adoption`, `calls`, `connect`, `descriptors`, `transfers`: one kind of call each
//! - `events`: makes the events
//! - `order`: puts events into the order of their times
//! - `clock`: times of the log
//! - `joined_logs`: detects several logs in one file
//! - `side`, `output`: the trace
//! - `importer`, `outcome`: all of it together
//! - `files`: log files
//! - `record`: strace as a child process (Linux, feature `record`)

pub(crate) mod address;
mod adoption;
mod call_names;
mod calls;
mod clock;
mod connect;
mod creations;
mod descriptors;
pub(crate) mod errno;
mod events;
mod files;
mod importer;
mod joined_logs;
mod line;
mod order;
mod outcome;
mod output;
mod payload;
mod processes;
#[cfg(all(target_os = "linux", feature = "record"))]
pub mod record;
mod side;
mod socket;
mod text;
mod tracker;
mod transfers;

pub use files::{ImportError, ThreadLogs, import_log};
pub use importer::{Importer, recording_name};
pub use line::is_log;
pub use outcome::{ImportOptions, Imported, Place};
pub use output::Destination;
