//! The socket calls and packets of each connection, in phases.

use std::collections::{HashMap, VecDeque};

use socket_tap::event::Op;
use socket_tap::format::text::SequenceNumbers;

use super::call_row::CallId;
use super::openings::Openings;
use super::step::Step;
use crate::story::{Phase, PhaseTracker};
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::Socket;

/// Maximum number of connections whose socket calls and packets are kept. The least recently used one is dropped first.
const MAX_CONNECTIONS: usize = 512;

/// Maximum number of socket calls and packets that are kept for the opening of a connection.
const MAX_OPENING: usize = 32;

/// Maximum number of later socket calls and packets that are kept for a connection. The oldest is dropped first.
const MAX_LATEST: usize = 400;

/// The socket calls and packets of all connections.
#[derive(Debug, Default)]
pub struct Phases {
    tracker: PhaseTracker,
    openings: Openings,
    connections: HashMap<u64, Steps>,
    /// Number of all events so far.
    observed: u64,
    dropped: u64,
}

/// The socket calls and packets of one connection.
#[derive(Debug)]
struct Steps {
    opening: Vec<Step>,
    latest: VecDeque<Step>,
    numbers: SequenceNumbers,
    /// Phase of the last socket call, and the API calls to which it belongs.
    current: (Phase, Vec<u64>),
    /// Number of the last event among those of all connections.
    last: u64,
    /// `true` if the connection was dropped before.
    is_partial: bool,
    /// Number of steps that are no longer kept, and the time of the last one.
    dropped: (u64, u64),
}

impl Phases {
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) {
        let event = &annotated.timed.event;
        if let (Op::Packet(packet), Some(numbered)) = (&event.op, annotated.packet) {
            let Some(steps) = self.steps(annotated, numbered.number == 1) else { return };
            let current = steps.current.clone();
            let step = Step::of_packet(annotated, (packet, numbered), &mut steps.numbers, current);
            steps.add(step);
        }
        let (Some(phase), Some(sock)) = (self.tracker.observe(annotated), event.sock) else { return };
        let socket = Socket { recording: annotated.timed.recording, sock };
        let Some(connection) = &annotated.connection else {
            return self.openings.add(socket, annotated, phase);
        };
        let before = self.openings.before(socket, annotated, connection.side);
        let Some(steps) = self.steps(annotated, phase == Phase::Open) else { return };
        for step in before {
            steps.add(step);
        }
        let step = Step::of_call(annotated, connection.side, phase);
        steps.current = (phase, step.calls.clone());
        steps.add(step);
    }

    /// Returns the steps of an event's connection. Drops those of another one if there are too many. `is_first` is `true`
    /// for an event before which nothing is missing.
    fn steps(&mut self, annotated: &AnnotatedEvent, is_first: bool) -> Option<&mut Steps> {
        let number = annotated.connection.as_ref()?.number;
        self.observed += 1;
        if !self.connections.contains_key(&number) {
            if self.connections.len() >= MAX_CONNECTIONS {
                self.drop_least_recent();
            }
            let is_partial = self.dropped > 0 && !is_first;
            self.connections.insert(number, Steps::new(is_partial));
        }
        let steps = self.connections.get_mut(&number)?;
        steps.last = self.observed;
        Some(steps)
    }

    fn drop_least_recent(&mut self) {
        let oldest = self.connections.iter().min_by_key(|(_, steps)| steps.last).map(|(number, _)| *number);
        let steps = oldest.and_then(|number| self.connections.remove(&number));
        // The others are counted already.
        self.dropped += u64::from(steps.is_some_and(|steps| !steps.is_partial));
    }

    /// Returns the number of connections whose socket calls and packets are not kept, or only in part.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns the socket calls and packets of a phase that belong to an API call, in the order of time. Those that open
    /// and end the connection belong to all its API calls.
    #[must_use]
    pub fn of(&self, id: CallId, phase: Phase) -> Vec<&Step> {
        let steps = self.connections.get(&id.connection);
        let all = steps.into_iter().flat_map(|steps| steps.opening.iter().chain(&steps.latest));
        let mut of_phase: Vec<&Step> = all
            .filter(|step| {
                let is_message = matches!(step.phase, Phase::Request | Phase::Response);
                step.phase == phase && (!is_message || step.calls.contains(&id.number))
            })
            .collect();
        of_phase.sort_by_key(|step| step.at);
        of_phase
    }

    /// Returns the number of socket calls and packets of a connection that are no longer kept; 0 if all of them were
    /// earlier than the given time. `None` if the connection was dropped.
    #[must_use]
    pub fn missing(&self, connection: u64, since: u64) -> Option<u64> {
        let steps = self.connections.get(&connection).filter(|steps| !steps.is_partial)?;
        let (count, until) = steps.dropped;
        Some(if since <= until { count } else { 0 })
    }
}

impl Steps {
    fn new(is_partial: bool) -> Self {
        Self {
            opening: Vec::new(),
            latest: VecDeque::new(),
            numbers: SequenceNumbers::default(),
            current: (Phase::Open, Vec::new()),
            last: 0,
            is_partial,
            dropped: (0, 0),
        }
    }

    fn add(&mut self, step: Step) {
        if matches!(step.phase, Phase::Open | Phase::Agree) && self.opening.len() < MAX_OPENING {
            self.opening.push(step);
            return;
        }
        if self.latest.len() >= MAX_LATEST
            && let Some(oldest) = self.latest.pop_front()
        {
            self.dropped = (self.dropped.0 + 1, oldest.at);
        }
        self.latest.push_back(step);
    }
}
