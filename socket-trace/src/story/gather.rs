//! Collects the calls of a step into one story for each API.

use std::collections::{BTreeMap, HashMap, HashSet};

use socket_dissect::{Layer, Part};
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use super::builder::{Builder, Observed, Purpose};
use super::model::Story;
use super::phase::{Phase, PhaseTracker};
use crate::client_step::is_named;
use crate::reader::Error;
use crate::show::description::describe;
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, AnnotatedEvents};

/// Maximum number of opening calls that are kept for a socket until its connection is known.
const MAX_OPENING: usize = 8;

/// Returns the story of each API in the first run of the step with the name `step`, or in the whole recording. The
/// APIs are in the order of their first recordings. Connections that a server opened to other servers are not
/// included.
///
/// # Errors
/// A trace cannot be read.
pub fn stories(events: &mut AnnotatedEvents, step: Option<&str>) -> Result<Vec<Story>, Error> {
    let recordings = events.timeline().recordings();
    let names: Vec<(String, Side)> =
        recordings.iter().map(|recording| (recording.header.name.clone(), recording.header.side)).collect();
    let mut gathering = Gathering { step, names, ..Gathering::default() };
    while let Some(annotated) = events.next_event()? {
        gathering.observe(&annotated);
    }
    Ok(gathering.finish())
}

#[derive(Default)]
struct Gathering<'a> {
    step: Option<&'a str>,
    /// API and side of each recording.
    names: Vec<(String, Side)>,
    /// Number of runs of the step that each recording has begun with a mark of its own.
    runs: HashMap<usize, u64>,
    tracker: PhaseTracker,
    /// The opening calls of sockets that belong to no connection yet, and of listening sockets.
    openings: HashMap<Socket, Vec<String>>,
    /// Sockets that have ended their sending direction, so that a close sends nothing.
    ended: HashSet<Socket>,
    /// Listening sockets whose calls are in a story.
    listeners: HashSet<Socket>,
    builders: BTreeMap<String, Builder>,
}

impl Gathering<'_> {
    fn observe(&mut self, annotated: &AnnotatedEvent) {
        let (event, recording) = (&annotated.timed.event, annotated.timed.recording);
        if let Op::Mark { label, .. } = &event.op {
            self.count_run(recording, label);
        }
        let phase = self.tracker.observe(annotated);
        let (Some(sock), Some(phase)) = (event.sock, phase) else { return };
        let socket = Socket { recording, sock };
        let kind = super::names::kind(event);
        if matches!(event.op, Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. }) {
            let opening = self.openings.entry(socket).or_default();
            if opening.len() < MAX_OPENING {
                opening.push(kind);
            }
            return;
        }
        if self.is_in_step(annotated) {
            self.add(annotated, socket, phase, &kind);
        }
        if let Op::Close(_) | Op::Release(_) = event.op {
            self.openings.remove(&socket);
            self.ended.remove(&socket);
        }
    }

    fn count_run(&mut self, recording: usize, label: &str) {
        if self.step.is_some_and(|step| is_named(label, step)) {
            *self.runs.entry(recording).or_default() += 1;
        }
    }

    /// Returns `true` if the event is in the first run of the step. A recording without marks follows those of the others.
    fn is_in_step(&self, annotated: &AnnotatedEvent) -> bool {
        let Some(wanted) = self.step else { return true };
        let own = self.runs.get(&annotated.timed.recording);
        let runs = own.or_else(|| self.runs.values().max()).copied().unwrap_or(0);
        runs <= 1 && annotated.step.as_deref().is_some_and(|step| is_named(step, wanted))
    }

    fn add(&mut self, annotated: &AnnotatedEvent, socket: Socket, phase: Phase, kind: &str) {
        let event = &annotated.timed.event;
        let Some((name, recorded)) = self.names.get(socket.recording) else { return };
        let side = match (&annotated.connection, &event.op) {
            (Some(connection), _) => connection.side,
            // A connect that failed has no connection.
            (None, Op::Connect { .. }) => Side::Client,
            (None, _) => return,
        };
        if side != *recorded {
            return;
        }
        let builder = self.builders.entry(name.clone()).or_default();
        let mut add = |kind: &str, purpose, phase| {
            let (bytes, carries) = (moved(event), describe(&annotated.parts));
            builder.add(&Observed { at: annotated.timed.at, phase, side, purpose, kind, bytes, carries });
        };
        let opening = match event.op {
            Op::Accept { on, .. } => {
                let listener = Socket { sock: on, ..socket };
                let is_new = self.listeners.insert(listener);
                self.openings.get(&listener).filter(|_| is_new).cloned().unwrap_or_default()
            }
            Op::Connect { .. } => self.openings.remove(&socket).unwrap_or_default(),
            _ => Vec::new(),
        };
        for call in &opening {
            let purpose = if side == Side::Server { Purpose::Listen } else { Purpose::Create };
            add(call, purpose, Phase::Open);
        }
        let purpose = purpose(event, !self.ended.contains(&socket));
        if phase == Phase::Close && purpose == Purpose::Send {
            self.ended.insert(socket);
        }
        add(kind, purpose, phase);
        builder.protocol = builder.protocol.or_else(|| protocol(&annotated.parts));
    }

    fn finish(mut self) -> Vec<Story> {
        let mut stories = Vec::new();
        for (name, _) in &self.names {
            if let Some(builder) = self.builders.remove(name) {
                stories.push(builder.finish(name));
            }
        }
        stories
    }
}

/// Returns what a call does. `is_open` is `true` if its socket can still send, so that a close sends a FIN.
fn purpose(event: &Event, is_open: bool) -> Purpose {
    match &event.op {
        Op::Accept { .. } | Op::Connect { .. } => Purpose::Handshake,
        Op::Adopt { .. } => Purpose::Create,
        Op::Write(_) | Op::Shutdown => Purpose::Send,
        Op::Read(_) => Purpose::Receive,
        Op::Close(close) if is_open || close.aborted => Purpose::Send,
        _ => Purpose::Release,
    }
}

fn moved(event: &Event) -> u64 {
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => transfer.bytes,
        _ => 0,
    }
}

/// Returns the protocol of the first message.
fn protocol(parts: &[Part]) -> Option<&'static str> {
    parts.iter().find_map(|part| match part.layer {
        Layer::Http1 => Some("HTTP/1.1"),
        Layer::Http2 => Some("HTTP/2"),
        _ => None,
    })
}
