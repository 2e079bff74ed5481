//! Totals of one trace, computed in one pass.
//!
//! Memory does not grow with the length of the trace: closed sockets are folded into the totals and dropped.
//!
//! # Layout
//!
//! - `model`: [`Summary`], the totals of a trace
//! - `collector`: the pass over the events of a trace
//! - `scope`: [`Scope`], the part of several recordings that is summarized
//! - `completeness`: reasons why a trace is incomplete
//! - `socket_history`: calls of one socket, from open to close
//! - `role`: the purpose of a socket, such as listener
//! - `call_pattern`: order of a socket's calls, without the parts that vary between runs
//! - `traffic`: totals of the connections to other servers, or of all other connections
//! - `step`: totals of each named step of a recording
//! - `operation`: totals of each operation, such as `GET /v1/books/{}`
//! - `call_cost`: bytes, reads and writes of API calls, separate for the first call of each connection
//! - `byte_breakdown`: bytes by class and direction
//! - `data_transfer`: direction and size of one read or write
//! - `payload_stats`: totals that need recorded payload
//! - `encrypted`: reclassification of encrypted bytes once their plaintext is known
//! - `median`, `capped_map`: bounded building blocks of the totals
//! - `json`: serialization of types that have no `Serialize`

mod byte_breakdown;
mod call_cost;
mod call_pattern;
mod capped_map;
mod collector;
mod completeness;
mod data_transfer;
mod encrypted;
pub(crate) mod json;
mod median;
mod model;
mod operation;
mod payload_stats;
mod role;
mod scope;
mod socket_history;
mod step;
mod traffic;

pub use byte_breakdown::ByteBreakdown;
pub use call_cost::{CallCost, CallTotals, first_byte_ns, reads, writes};
pub use call_pattern::CallPattern;
pub use completeness::{Defect, RecordingState};
pub(crate) use completeness::{defects, ending_defects};
pub use model::{SocketGroup, Summary, Upstream};
pub use operation::{Operation, operation_name};
pub use payload_stats::{EndedCall, OnCall};
pub use role::Role;
pub use scope::Scope;
pub use socket_dissect::BytesByClass;
pub use socket_history::{FirstTransfer, OpeningCall, SocketClass, SocketHistory};
pub(crate) use socket_history::{opens_connection, opens_upstream};
pub use step::{BEFORE_FIRST_STEP, Step, WHOLE_RECORDING};

#[cfg(test)]
mod tests;
