//! The `workshop` command: starts the three servers, runs a tour through real clients and prints the comparison.
//!
//! # Layout
//!
//! - [`flags`]: the flags of the command
//! - [`program`]: runs the workshop, from the command line to the exit code
//! - [`descriptors`]: the number of descriptors that the process may have open
//! - [`startup`]: checks the addresses and starts the servers
//! - [`api_instance`]: a running server of one API, with its recordings
//! - [`shelves`]: the one shelf that all servers share
//! - [`plain_instance`]: a running plain server, over UDP and TCP without an API
//! - [`recordings`]: the server trace and the client trace of one API
//! - [`stdout`]: prints on standard output
//! - [`gated_stdout`]: standard output that discards everything until it is opened
//! - [`traces_directory`]: the directory of the recordings, locked for one workshop
//! - [`tour`]: makes the same calls over each API, in named steps
//! - [`report`]: the comparison of the recordings as text or JSON
//! - [`live`]: the server of the live page
//! - [`mod@wire`]: the command `workshop wire`: the tour's calls over a network that can be slow and lossy

#![forbid(unsafe_code)]

pub mod api_instance;
pub mod descriptors;
pub mod flags;
pub mod gated_stdout;
pub mod live;
pub mod plain_instance;
pub mod program;
pub mod recordings;
pub mod report;
pub mod shelves;
pub mod startup;
pub mod stdout;
pub mod tour;
pub mod traces_directory;
pub mod wire;
