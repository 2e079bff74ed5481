//! The main job: starts the three servers, runs the tour through real clients, shows the comparison.
//!
//! # Layout
//!
//! - [`flags`]: the command line
//! - [`traces_directory`]: the folder of the recordings, for one workshop at a time
//! - [`api_instance`]: one API: its server, and the recordings of its two sides
//! - [`plain_instance`]: the same service over bare sockets
//! - [`tour`]: what the clients do, the same over each API
//! - [`report`]: what the recordings show, for a person or for a machine
//! - [`live`]: the page on which all of it is seen as it happens
//! - [`startup`]: all that is started, and where
//! - [`program`]: from the flags to the exit code

#![forbid(unsafe_code)]

pub mod api_instance;
pub mod flags;
pub mod live;
pub mod plain_instance;
pub mod program;
pub mod report;
pub mod startup;
pub mod tour;
pub mod traces_directory;
