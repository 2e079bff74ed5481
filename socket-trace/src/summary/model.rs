//! Totals of a trace.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::event::SockId;
use socket_tap::format::Side;

use super::completeness::Defect;
use super::operation::Operation;
use super::role::Role;
use super::step::Step;

/// Totals of a trace.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Path of the trace.
    pub source: String,
    /// Name of the recording.
    pub name: String,
    /// Name that is unique among compared traces: the recording's name, or the file name if two recordings
    /// share a name.
    pub label: String,
    /// Side that made the recording: client or server.
    #[serde(serialize_with = "super::json::side")]
    pub side: Side,
    /// Name and version of the recorded program.
    pub program: String,
    /// Number of events in the trace.
    pub events: u64,
    /// Number of events that the recorder dropped.
    pub lost: u64,
    /// Number of connections that were not closed before the recording ended.
    pub open: u64,
    /// Connections that ended with a reset, an error or a local abort; `None` if there are none.
    pub unclean: Option<SocketGroup>,
    /// `true` if payload was recorded, which the byte breakdown needs.
    pub payload: bool,
    /// Reasons why the trace is incomplete; empty for a complete trace.
    #[serde(rename = "doubts")]
    pub defects: Vec<Defect>,
    /// For each role, the call patterns of its sockets (e.g. `accept → read → write → close`), and the
    /// sockets with each pattern.
    #[serde(rename = "skeletons")]
    pub call_patterns: BTreeMap<Role, BTreeMap<String, SocketGroup>>,
    /// Totals of each step (the events from one mark to the next), in the order in which the steps first
    /// occur.
    pub steps: Vec<Step>,
    /// Cost of the API calls of each operation; empty for a recording without payload.
    pub operations: Vec<Operation>,
    /// Number of payload bytes that could not be dissected, so that they possibly contain further API calls.
    pub unknown: u64,
    /// Totals of the connections that a server opened to other servers, such as a database. The fields above do not
    /// count them, except `call_patterns` and `unclean`. `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Upstream>,
}

/// Totals of the connections that a server opened, as a client of other servers.
#[derive(Debug, Serialize)]
pub struct Upstream {
    /// Number of connections that were not closed before the recording ended.
    pub open: u64,
    /// Totals of each step, in the order in which the steps first occur. In them, `client` means the recorded
    /// server, because it opened the connections.
    pub steps: Vec<Step>,
    /// Cost of the API calls of each operation; empty for a recording without payload.
    pub operations: Vec<Operation>,
}

/// Sockets that have a property in common, such as their call pattern: their number, and the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SocketGroup {
    /// Number of sockets.
    pub sockets: u64,
    /// First socket of the group, which can be looked up in the trace.
    pub first: SockId,
}

impl SocketGroup {
    /// Returns an empty group whose first socket will be `first`.
    pub(super) fn starting_with(first: SockId) -> Self {
        Self { sockets: 0, first }
    }
}
