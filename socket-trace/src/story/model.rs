//! The story of one API: its socket calls in phases.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::format::Side;

use super::group::CallGroup;
use super::phase::Phase;

/// The socket calls of one API in a step, in phases. Calls of the same kind are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Name of the recordings, such as `rest`.
    pub api: String,
    /// The protocol of the first message, `HTTP/1.1` or `HTTP/2`; `None` if it is another one or unknown.
    pub protocol: Option<&'static str>,
    /// Number of bytes that all calls moved through the socket, in both directions.
    pub bytes: u64,
    /// All five phases, in order.
    pub phases: Vec<StoryPhase>,
    /// Kinds of calls that each recorded side made with its sockets of connections.
    #[serde(skip)]
    pub(super) kinds: BTreeMap<&'static str, Vec<String>>,
}

/// The calls of one phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoryPhase {
    /// The phase.
    pub phase: Phase,
    /// The calls, grouped by what they do. Empty if the phase has none.
    pub rows: Vec<Row>,
    /// A sentence that says why there is none, if `rows` is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// Calls of both sides that belong together, such as the writes of a request and the reads that return it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The side that receives; `None` if the calls send nothing.
    #[serde(serialize_with = "side")]
    pub to: Option<Side>,
    /// The calls of the client.
    pub client: Option<CallGroup>,
    /// The calls of the server.
    pub server: Option<CallGroup>,
    /// Meaning of the bytes in their protocol, such as `GET /v1/books/1`. Without repetitions.
    pub carries: Vec<String>,
}

impl Story {
    /// Returns the calls that created the listening socket.
    pub(super) fn listener(&self) -> impl Iterator<Item = &str> {
        let rows = self.phases.iter().flat_map(|of_phase| &of_phase.rows);
        let groups = rows.filter(|row| row.to.is_none()).filter_map(|row| row.server.as_ref());
        let kinds = groups.flat_map(|group| &group.calls).map(|calls| calls.kind.as_str());
        kinds.filter(|kind| matches!(*kind, "socket" | "bind" | "listen"))
    }
}

impl Row {
    /// Returns the calls of a side.
    #[must_use]
    pub fn of(&self, side: Side) -> Option<&CallGroup> {
        if side == Side::Server { self.server.as_ref() } else { self.client.as_ref() }
    }

    /// Returns the calls of a side as text: `2 writes 114 B`. The number of bytes stands at the sender, and at the receiver
    /// only if the sender was not recorded.
    #[must_use]
    pub fn text(&self, side: Side) -> Option<String> {
        let group = self.of(side)?;
        let is_sender = self.to.is_some_and(|to| to != side);
        let has_bytes = is_sender || (self.client.is_none() || self.server.is_none());
        Some(group.text(has_bytes))
    }
}

#[expect(clippy::ref_option, reason = "serde requires this signature")]
fn side<S: serde::Serializer>(side: &Option<Side>, serializer: S) -> Result<S::Ok, S::Error> {
    side.map(Side::name).serialize(serializer)
}
