//! The command `workshop wire`: the tour's calls on a network that can be slow and lossy, with every packet recorded.
//!
//! # Layout
//!
//! - [`lab`]: the network, with the servers on one side and the clients on the other, all recorded
//! - [`lab_servers`]: the servers in the lab
//! - [`packet_trace`]: the recording of the packets
//! - `packet_event`: converts a packet to an event of a recording

pub mod lab;
pub mod lab_servers;
mod packet_event;
pub mod packet_trace;
