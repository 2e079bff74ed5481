//! The `workshop` command: starts the three servers, runs a tour through real clients and prints the comparison.
//!
//! # Layout
//!
//! - [`flags`]: the command line
//! - [`program`]: the run from the parsed flags to the exit code
//! - [`startup`]: address checks and the start of all servers
//! - [`api_instance`]: one API's server with the recordings of both sides
//! - [`plain_instance`]: the same service over plain UDP and TCP sockets
//! - [`recordings`]: the server trace and the client trace of one API
//! - [`gated_stdout`]: standard output that discards everything until it is opened
//! - [`traces_directory`]: the directory of the recordings, locked for one workshop
//! - [`tour`]: the steps that the clients perform over each API
//! - [`report`]: the comparison of the recordings as text or JSON
//! - [`live`]: the server of the live page

#![forbid(unsafe_code)]

pub mod api_instance;
pub mod flags;
pub mod gated_stdout;
pub mod live;
pub mod plain_instance;
pub mod program;
pub mod recordings;
pub mod report;
pub mod startup;
pub mod tour;
pub mod traces_directory;
