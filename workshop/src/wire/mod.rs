//! The command `workshop wire`: the tour's calls on a network that can be slow and lossy, with every packet recorded.
//!
//! # Layout
//!
//! The lab:
//!
//! - [`lab`]: the network, with the servers on one side and the clients on the other, all recorded
//! - [`lab_servers`]: the servers in the lab
//! - [`packet_trace`]: the recording of the packets
//!
//! The command:
//!
//! - [`flags`], [`values`]: the flags and their values
//! - [`mod@run`]: runs the command, from its flags to the exit code
//! - [`lab_step`]: the steps
//! - [`calls`], [`lost_segment`]: make the calls
//! - [`time_wait`]: the side that each connection left in TIME_WAIT
//!
//! The report, computed from the recordings:
//!
//! - [`recording`]: reads the packets and socket calls of each step
//! - [`api`]: the APIs, and the plain protocols beside them
//! - [`one_call`], `notes`: one call packet by packet, with explanations
//! - [`mod@round_trips`], [`cost`]: the cost of a step
//! - [`stall`]: the responses that a lost segment stalled
//! - [`mod@conclusions`]: conclusions, in words
//! - [`report`]: the complete report
//! - [`mod@text`], `table`, [`style`]: the report as text

pub mod api;
pub mod calls;
pub mod conclusions;
pub mod cost;
pub mod flags;
pub mod lab;
pub mod lab_servers;
pub mod lab_step;
pub mod lost_segment;
mod notes;
pub mod one_call;
pub mod packet_trace;
pub mod recording;
pub mod report;
pub mod round_trips;
pub mod run;
pub mod stall;
pub mod style;
mod table;
pub mod text;
pub mod time_wait;
pub mod values;
