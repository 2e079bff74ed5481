//! The socket calls of each connection, in phases.

use std::collections::{BTreeMap, VecDeque};

use socket_tap::format::Side;

use super::calls::CallId;
use crate::sequence::Call;
use crate::show::description::{describe, truncate};
use crate::story::{Phase, PhaseTracker};
use crate::timeline::AnnotatedEvent;

/// Maximum number of connections whose socket calls are kept. The oldest is dropped first.
const MAX_CONNECTIONS: usize = 512;

/// Maximum number of socket calls that are kept for the opening of a connection.
const MAX_OPENING: usize = 32;

/// Maximum number of later socket calls that are kept for a connection. The oldest is dropped first.
const MAX_LATEST: usize = 200;

/// Maximum number of columns of a description.
const MAX_TEXT: usize = 160;

/// A socket call of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Time on the time line, in nanoseconds.
    pub at: u64,
    /// Side that made the socket call.
    pub side: Side,
    /// Phase of the connection.
    pub phase: Phase,
    /// The socket call: `write 85 B`.
    pub text: String,
    /// Description of the transferred data, or the peer's address if the call opens the connection.
    pub carries: String,
    /// Numbers of the API calls whose bytes it transferred.
    calls: Vec<u64>,
}

/// The socket calls of all connections.
#[derive(Debug, Default)]
pub struct Phases {
    tracker: PhaseTracker,
    connections: BTreeMap<u64, Steps>,
}

/// The socket calls of one connection.
#[derive(Debug, Default)]
struct Steps {
    opening: Vec<Step>,
    latest: VecDeque<Step>,
}

impl Phases {
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) {
        let phase = self.tracker.observe(annotated);
        let (Some(phase), Some(connection)) = (phase, &annotated.connection) else { return };
        let carried = truncate(&describe(&annotated.parts), MAX_TEXT);
        let call = Call::of(&annotated.timed.event, connection.side, annotated.timed.at, carried, true);
        let mut calls: Vec<u64> = annotated.parts.iter().filter_map(|part| part.call).collect();
        calls.dedup();
        let text = truncate(&call.text, MAX_TEXT);
        // A call that opens the connection transfers no data, but has an address.
        let carries = if call.carried.is_empty() { truncate(&call.detail, MAX_TEXT) } else { call.carried };
        let step = Step { at: call.at, side: call.side, phase, text, carries, calls };
        self.connections.entry(connection.number).or_default().add(step);
        if self.connections.len() > MAX_CONNECTIONS {
            self.connections.pop_first();
        }
    }

    /// Returns the socket calls of a phase that belong to an API call. Those that open and end the connection belong to
    /// all its API calls.
    pub fn of(&self, id: CallId, phase: Phase) -> impl Iterator<Item = &Step> {
        let steps = self.connections.get(&id.connection);
        let all = steps.into_iter().flat_map(|steps| steps.opening.iter().chain(&steps.latest));
        all.filter(move |step| {
            let is_message = matches!(step.phase, Phase::Request | Phase::Response);
            step.phase == phase && (!is_message || step.calls.contains(&id.number))
        })
    }
}

impl Steps {
    fn add(&mut self, step: Step) {
        if matches!(step.phase, Phase::Open | Phase::Agree) && self.opening.len() < MAX_OPENING {
            self.opening.push(step);
            return;
        }
        if self.latest.len() >= MAX_LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(step);
    }
}
