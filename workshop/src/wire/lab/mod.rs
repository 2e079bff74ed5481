//! The running network, with its servers and its recordings.
//!
//! - [`network`]: the network, with the servers on one side and the clients on the other, all recorded
//! - [`mod@finish`]: ends the network from an asynchronous task
//! - [`servers`]: the servers
//! - [`api`]: the APIs, and the plain protocols beside them
//! - [`packet_trace`]: the recording of the packets
//! - [`time_wait`]: the side that each connection left in TIME_WAIT

pub mod api;
pub mod finish;
pub mod network;
pub mod packet_trace;
pub mod servers;
pub mod time_wait;

pub use finish::finish;
pub use network::{Finished, Lab, LabError};
