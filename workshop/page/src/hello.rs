//! The `hello` message, the first message to the page.

use std::collections::BTreeMap;

use serde::Serialize;

/// Description of the recordings and of the operations.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hello {
    /// Identifies the run of the program. Event numbers are valid only within one run.
    pub boot: String,
    /// Version of the program.
    pub version: String,
    /// Number of the oldest event in the history.
    pub first: u64,
    /// The recordings.
    pub recordings: Vec<Recording>,
    /// The APIs, each with a lane on the page.
    pub lanes: Vec<Lane>,
    /// The same service over plain UDP and TCP sockets.
    pub plain: Vec<Lane>,
    /// Operations that the page can start; empty in a report.
    pub operations: Vec<Operation>,
}

/// Description of a recording.
#[derive(Clone, Debug, Serialize)]
pub struct Recording {
    /// Label of the recording's events: `rest-server`.
    pub label: String,
    /// Name of the recorded service: `rest`.
    pub name: String,
    /// `server` or `client`.
    pub side: &'static str,
    /// Recorded program and its version.
    pub program: String,
    /// Process id of the recorded program.
    pub pid: u32,
    /// Start time of the recording.
    pub started: String,
    /// Maximum number of payload bytes that are recorded of each read and write.
    pub capture: u64,
}

/// Column of the page for a server and its clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// Name of the recordings: `rest`.
    pub api: String,
    /// Name for headings: `REST`.
    pub title: String,
    /// Address that clients connect to; empty if unknown.
    pub address: String,
    /// Maximum number of calls in one request of the page; 0 in a report.
    pub calls: u32,
}

/// Operation that a client can perform over each API.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// Name of the operation in requests.
    pub id: &'static str,
    /// Title of the operation.
    pub title: &'static str,
    /// Sentence that describes the operation.
    pub what: &'static str,
    /// Command lines for a terminal, by API.
    pub commands: BTreeMap<&'static str, String>,
}
