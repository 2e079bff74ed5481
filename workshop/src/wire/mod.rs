//! The command `workshop wire`: the tour's calls on a network that can be slow and lossy, with every packet recorded.
//!
//! # Layout
//!
//! - [`flags`], [`values`]: the flags and their values
//! - [`mod@run`]: runs the command, from its flags to the exit code
//! - [`lab`]: the running network, with its servers and its recordings
//! - [`calls`]: makes the calls, in named steps
//! - [`reading`]: reads the recordings, and computes what each step cost
//! - [`report`]: the report as text and JSON
//! - [`scenario`]: short programs on the network that the live page can start
//! - [`compare`]: the command `workshop wire compare`
//! - [`exit`]: the exit codes of both

pub mod calls;
pub mod compare;
pub mod exit;
pub mod flags;
pub mod lab;
pub mod reading;
pub mod report;
pub mod run;
pub mod scenario;
pub mod values;
