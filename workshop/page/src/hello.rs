//! The `hello` message, the first message that the server sends to the page.

use std::collections::BTreeMap;

use serde::Serialize;

/// The first message from the server to the page. It describes the recordings, and the operations that the
/// page can start.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hello {
    /// Id of this run of the program. Event numbers are valid only within one run.
    pub boot: String,
    /// Version of the program.
    pub version: String,
    /// Number of the oldest event that the server can still send.
    pub first: u64,
    /// Number of the newest event at the time of this message. The page follows steps that begin later.
    pub last: u64,
    /// Address of the database that the servers use, without a password. `None` if the books are in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Recordings whose events the page shows.
    pub recordings: Vec<Recording>,
    /// The three APIs. The page shows each in a column, called a lane.
    pub lanes: Vec<Lane>,
    /// Two columns for the plain server, one for UDP and one for TCP. The plain server offers the bookshelf
    /// over plain sockets, without an API.
    pub plain: Vec<Lane>,
    /// Operations that the page can start; empty in a report.
    pub operations: Vec<Operation>,
    /// The network on which the page can run scenarios; `None` in a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
}

/// Origin and settings of a recording whose events the page shows.
#[derive(Clone, Debug, Serialize)]
pub struct Recording {
    /// Label in the recording's events, such as `rest-server`.
    pub label: String,
    /// Name of the recorded service, such as `rest`.
    pub name: String,
    /// Recorded side: `server` or `client`.
    pub side: &'static str,
    /// Name and version of the recorded program.
    pub program: String,
    /// Process id of the recorded program.
    pub pid: u32,
    /// Start time of the recording in RFC 3339 format.
    pub started: String,
    /// Maximum number of payload bytes that are recorded of each read and write.
    pub capture: u64,
}

/// Column of the page for a server and its clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// Name of the service in the recordings, such as `rest`.
    pub api: String,
    /// Name of the service in headings, such as `REST`.
    pub title: String,
    /// Address that clients connect to; empty if unknown.
    pub address: String,
    /// Maximum number of calls in a single request of the page; 0 in a report, which cannot make calls.
    pub calls: u32,
}

/// Operation that the page can start over each API.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// Identifier of the operation in the page's requests.
    pub id: &'static str,
    /// Title of the operation.
    pub title: &'static str,
    /// Sentence that describes the operation.
    pub what: &'static str,
    /// Command lines that perform the operation in a terminal, by API.
    pub commands: BTreeMap<&'static str, String>,
}

/// A network that can be slow and lossy, on which the page can run scenarios.
#[derive(Clone, Debug, Serialize)]
pub struct Wire {
    /// The scenarios.
    pub scenarios: Vec<WireScenario>,
    /// Maximum round-trip time in milliseconds.
    pub max_rtt: u32,
    /// Maximum share of lost packets in percent.
    pub max_loss: f64,
    /// The requirement that this machine does not meet; `None` if it can run the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<WireMissing>,
}

/// A scenario: a short program on the network.
#[derive(Clone, Debug, Serialize)]
pub struct WireScenario {
    /// Identifier of the scenario in the page's requests.
    pub id: &'static str,
    /// Title of the scenario.
    pub title: &'static str,
    /// Sentence that describes the scenario.
    pub what: &'static str,
}

/// The reason why a machine cannot run the network.
#[derive(Clone, Debug, Serialize)]
pub struct WireMissing {
    /// What is missing.
    pub error: String,
    /// Ways to get it, each with the systems that it is for.
    pub remedies: Vec<String>,
}
