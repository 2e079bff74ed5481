//! The scenarios of the live page: short programs on the network that the page can start.
//!
//! A scenario runs in a child process, because only a process with one thread can enter a user namespace. The child is
//! the hidden command `workshop wire-scenario`, which prints a [`Recorded`] as JSON.
//!
//! # Layout
//!
//! - [`request`]: the scenarios and the conditions of the network
//! - [`command`]: the hidden command
//! - [`run`]: runs a scenario in the lab
//! - `call`, `handshake`, `half_close`, `lost`, `backlog`: the programs, one each
//! - [`observed`]: the results that are not in the recordings
//! - `states`: the TCP states of both ends while a scenario runs
//! - [`recorded`]: the result, read from the recordings
//! - [`shipped`]: results that were recorded elsewhere, for machines that cannot run the network

mod backlog;
mod call;
pub mod command;
mod half_close;
mod handshake;
mod lost;
pub mod observed;
pub mod recorded;
pub mod request;
pub mod run;
pub mod shipped;
mod states;

pub use recorded::Recorded;
pub use request::{Request, Scenario};
