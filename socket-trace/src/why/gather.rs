//! Processes a time line, and explains each connection when it has ended.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use socket_tap::event::{Event, Op, SocketKind};
use socket_tap::format::{Header, Side};

use super::assemble::explained;
use super::connect;
use super::connection::Facts;
use super::explanation::{Explanation, RecordedEnd};
use super::upkeep::Place;
use crate::reader::{Ending, Error};
use crate::send_limits::SendLimits;
use crate::timeline::connections::{Connection, Socket};
use crate::timeline::{AnnotatedEvent, AnnotatedEvents, Recording};

/// Maximum number of closed connections that wait for their other end.
const MAX_WAITING: usize = 1_024;

/// Maximum number of closed listeners that are kept.
const MAX_LISTENERS: usize = 1_024;

/// Explains all connections of complete recordings, in the order in which they end. The dissector of `events` must list
/// the fields of connections: see [`Detail::connection_fields`](socket_dissect::Detail).
///
/// # Errors
/// A trace cannot be read, or `use_explanation` fails.
pub fn explain<E: From<Error>>(
    events: &mut AnnotatedEvents,
    mut use_explanation: impl FnMut(Explanation) -> Result<(), E>,
) -> Result<(), E> {
    let mut explainer = Explainer::new(events.timeline().recordings());
    while let Some(annotated) = events.next_event()? {
        explainer.observe(&annotated).into_iter().try_for_each(&mut use_explanation)?;
    }
    explainer.finish(events).into_iter().try_for_each(use_explanation)
}

/// Explains the connections of a time line. Memory is bounded by the number of open connections, and by a maximum number of
/// closed ones of which only one end has appeared.
#[derive(Debug, Default)]
pub struct Explainer {
    labels: Vec<String>,
    has_payload: Vec<bool>,
    limits: Vec<SendLimits>,
    connections: BTreeMap<u64, Facts>,
    /// Connections whose ends are closed, and whose other end may still appear.
    waiting: VecDeque<u64>,
    listeners: HashSet<Socket>,
    closed_listeners: HashMap<Socket, Place>,
    events: u64,
}

impl Explainer {
    /// Returns an explainer for the events of the recordings.
    #[must_use]
    pub fn new(recordings: &[Recording]) -> Self {
        Self {
            labels: recordings.iter().map(|recording| recording.label.clone()).collect(),
            has_payload: recordings.iter().map(|recording| recording.header.capture > 0).collect(),
            limits: recordings.iter().map(|_| SendLimits::new()).collect(),
            ..Self::default()
        }
    }

    /// Returns an explainer for the events of a single recording, which need no label.
    pub(crate) fn of_one(header: &Header) -> Self {
        Self {
            labels: vec![String::new()],
            has_payload: vec![header.capture > 0],
            limits: vec![SendLimits::new()],
            ..Self::default()
        }
    }

    /// Processes the next event. Returns the explanations of connections that have ended.
    pub fn observe(&mut self, annotated: &AnnotatedEvent) -> Vec<Explanation> {
        self.events += 1;
        let event = &annotated.timed.event;
        if let Op::Gap(gap) = &event.op
            && !gap.is_empty()
        {
            self.gap(annotated.timed.recording);
        }
        let Some(sock) = event.sock else { return Vec::new() };
        let socket = Socket { recording: annotated.timed.recording, sock };
        let place = Place { event: self.events, at: annotated.timed.at };
        self.follow_listener(event, socket, place);
        let Some(connection) = &annotated.connection else {
            let label = self.labels.get(socket.recording).map_or("", String::as_str);
            return connect::failed(event, label, place).into_iter().collect();
        };
        self.follow(annotated, connection, socket);
        let is_close = matches!(event.op, Op::Close(_) | Op::Release(_));
        if is_close { self.ended(connection.number) } else { Vec::new() }
    }

    fn gap(&mut self, recording: usize) {
        for facts in self.connections.values_mut() {
            facts.has_gap |= facts.open.keys().any(|socket| socket.recording == recording);
        }
    }

    fn follow_listener(&mut self, event: &Event, socket: Socket, place: Place) {
        match &event.op {
            Op::Listen { .. } | Op::Adopt { kind: SocketKind::Listener, .. } => {
                self.listeners.insert(socket);
            }
            Op::Accept { on, .. } => {
                self.listeners.insert(Socket { sock: *on, ..socket });
            }
            Op::Close(_) if self.listeners.remove(&socket) && self.closed_listeners.len() < MAX_LISTENERS => {
                self.closed_listeners.insert(socket, place);
            }
            _ => {}
        }
    }

    fn follow(&mut self, annotated: &AnnotatedEvent, connection: &Connection, socket: Socket) {
        let (event, side, at) = (&annotated.timed.event, connection.side, annotated.timed.at);
        let facts = self.connections.entry(connection.number).or_insert_with(|| Facts::new(connection, at));
        let opens = matches!(event.op, Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. });
        if opens && event.error.is_none() {
            facts.open.insert(socket, side);
            if !matches!(event.op, Op::Adopt { on: Some(_), .. }) {
                let recording = self.labels.get(socket.recording).cloned().unwrap_or_default();
                facts.ends.push(RecordedEnd { recording, side, sock: socket.sock });
                facts.sending.get_mut(side).get_or_insert_default();
            }
            *facts.has_payload.get_mut(side) |= self.has_payload.get(socket.recording) == Some(&true);
            if let Op::Accept { on, .. } = event.op {
                facts.listener = Some(Socket { sock: on, ..socket });
            }
        }
        let sending = self.limits.get_mut(socket.recording).and_then(|limits| limits.observe(event));
        let sample = match &event.op {
            Op::TcpInfo(sample) => Some(&**sample),
            Op::Close(close) | Op::Release(close) => close.tcp.as_ref(),
            _ => None,
        };
        if let Some(data) = facts.sending.get_mut(side) {
            data.observe(sample, sending);
        }
        facts.observe(annotated, socket, side, self.events);
    }

    /// Returns the explanations that are due after a close.
    fn ended(&mut self, number: u64) -> Vec<Explanation> {
        let is_open = self.connections.get(&number).is_none_or(|facts| !facts.open.is_empty());
        if is_open {
            return Vec::new();
        }
        let is_complete = |facts: &Facts| facts.is_recorded(Side::Client) && facts.is_recorded(Side::Server);
        if self.labels.len() == 1 || self.connections.get(&number).is_some_and(is_complete) {
            return self.take(number).into_iter().collect();
        }
        self.waiting.push_back(number);
        let due = if self.waiting.len() > MAX_WAITING { self.waiting.pop_front() } else { None };
        // The other end may have appeared since, and be open.
        let due = due.filter(|due| self.connections.get(due).is_some_and(|facts| facts.open.is_empty()));
        due.and_then(|due| self.take(due)).into_iter().collect()
    }

    fn take(&mut self, number: u64) -> Option<Explanation> {
        let facts = self.connections.remove(&number)?;
        Some(self.explain(&facts))
    }

    /// Returns the explanation of a connection whose known ends are closed, and whose other end may still appear.
    pub(super) fn closed(&self, number: u64) -> Option<Explanation> {
        let facts = self.connections.get(&number).filter(|facts| facts.open.is_empty())?;
        Some(self.explain(facts))
    }

    fn explain(&self, facts: &Facts) -> Explanation {
        let listener = facts.listener.and_then(|listener| self.closed_listeners.get(&listener).copied());
        explained(facts, listener)
    }

    /// Returns the explanations of all other connections, after the last event of `events`.
    #[must_use]
    pub fn finish(mut self, events: &AnnotatedEvents) -> Vec<Explanation> {
        let is_cut = events.timeline().traces().any(|trace| !matches!(trace.ending(), Ending::Complete(_)));
        let numbers: Vec<u64> = self.connections.keys().copied().collect();
        let mut explanations = Vec::new();
        for number in numbers {
            let is_open = self.connections.get(&number).is_some_and(|facts| !facts.open.is_empty());
            if let Some(facts) = self.connections.get_mut(&number) {
                facts.calls.interrupt_open(|socket, call| events.operation(socket, call).map(str::to_owned));
            }
            let mut explanation = self.take(number);
            if let Some(explanation) = explanation.as_mut().filter(|_| is_open && is_cut) {
                explanation
                    .caveats
                    .push("A recording has no end line: it is in progress, or its program was killed.");
            }
            explanations.extend(explanation);
        }
        explanations
    }
}
