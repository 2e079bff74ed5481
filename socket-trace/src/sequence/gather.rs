//! The connection that is asked for, out of all that are recorded.

use std::collections::{BTreeMap, HashMap};

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::candidate::Candidate;
use super::model::Sequence;
use crate::reader::Error;
use crate::timeline::Recording;
use crate::timeline::connections::{Connection, Socket};
use crate::timeline::{AnnotatedEvent, AnnotatedEvents};

/// How many calls a socket needs to become one that connects or listens. One that makes more keeps the first.
const MOST_OPENING: usize = 8;

/// How many connections may wait for their other end, which may be the one that is asked for.
const MOST_WAITING: usize = 1_024;

/// Which connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The first of each recording.
    First,
    /// The first that begins in this step.
    Step(String),
    /// The socket with this number: the server's, when a server recorded.
    Sock(SockId),
}

/// The connections of the choice: one for each pair of recordings, or for each that has no counterpart.
///
/// # Errors
/// When a trace cannot be read.
pub fn gather(events: &mut AnnotatedEvents, choice: &Choice) -> Result<Vec<Sequence>, Error> {
    let mut gathering = Gathering::new(events.timeline().recordings(), choice);
    while let Some(annotated) = events.next_event()? {
        gathering.observe(&annotated);
    }
    Ok(gathering.finish(events.timeline().recordings()))
}

struct Gathering<'a> {
    choice: &'a Choice,
    /// The side whose numbers [`Choice::Sock`] speaks of.
    numbered: Side,
    sides: Vec<Side>,
    /// How the open sockets came to be.
    openings: HashMap<Socket, Vec<(u64, Event)>>,
    /// By their numbers on the time line.
    candidates: BTreeMap<u64, Candidate>,
}

impl<'a> Gathering<'a> {
    fn new(recordings: &[Recording], choice: &'a Choice) -> Self {
        let sides: Vec<Side> = recordings.iter().map(|recording| recording.header.side).collect();
        let numbered = if sides.contains(&Side::Server) { Side::Server } else { Side::Client };
        Self { choice, numbered, sides, openings: HashMap::new(), candidates: BTreeMap::new() }
    }

    fn observe(&mut self, annotated: &AnnotatedEvent) {
        let event = &annotated.timed.event;
        let Some(sock) = event.sock else { return };
        let socket = Socket { recording: annotated.timed.recording, sock };
        if matches!(event.op, Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. }) {
            let events = self.openings.entry(socket).or_default();
            if events.len() < MOST_OPENING {
                events.push((annotated.timed.at, event.clone()));
            }
        }
        if let Some(connection) = annotated.connection.as_deref() {
            if matches!(event.op, Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { on: None, .. }) {
                self.begin(socket, annotated, connection);
            }
            if let Some(candidate) = self.candidates.get_mut(&connection.number) {
                candidate.observe(connection.side, socket, annotated);
            }
        }
        if matches!(event.op, Op::Close(_) | Op::Release(_)) {
            self.openings.remove(&socket);
        }
    }

    /// A connection begins: it may be the one, or its other end.
    fn begin(&mut self, socket: Socket, annotated: &AnnotatedEvent, connection: &Connection) {
        let own = self.openings.remove(&socket).unwrap_or_default();
        let opening = match annotated.timed.event.op {
            Op::Accept { on, .. } => self.openings.get(&Socket { sock: on, ..socket }),
            _ => Some(&own),
        };
        let is_chosen = self.is_chosen(socket, annotated);
        let number = connection.number;
        let candidate = self.candidates.entry(number).or_default();
        candidate.begin(connection.side, socket, opening.map(Vec::as_slice).unwrap_or_default());
        candidate.chosen |= is_chosen;
        if !candidate.chosen && candidate.has_both_ends() {
            self.candidates.remove(&number);
        }
        if self.candidates.len() > MOST_WAITING {
            let oldest = self.candidates.iter().find(|(_, candidate)| !candidate.chosen);
            if let Some(number) = oldest.map(|(number, _)| *number) {
                self.candidates.remove(&number);
            }
        }
    }

    fn is_chosen(&self, socket: Socket, annotated: &AnnotatedEvent) -> bool {
        let is_asked_for = match self.choice {
            Choice::First => true,
            Choice::Step(name) => annotated.step.as_deref() == Some(name.as_str()),
            Choice::Sock(sock) => {
                socket.sock == *sock && self.sides.get(socket.recording) == Some(&self.numbered)
            }
        };
        is_asked_for && !self.chosen().any(|candidate| candidate.is_in(socket.recording))
    }

    fn chosen(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.values().filter(|candidate| candidate.chosen)
    }

    /// Of several that are chosen for the same recordings, the one that both sides have recorded, or the first.
    fn finish(self, recordings: &[Recording]) -> Vec<Sequence> {
        let is_within = |one: &Candidate, other: &Candidate| one.recordings().all(|it| other.is_in(it));
        let chosen: Vec<&Candidate> = self.chosen().collect();
        let is_double = |(at, one): (usize, &&Candidate)| {
            chosen.iter().enumerate().any(|(other_at, other)| {
                at != other_at && is_within(one, other) && (other_at < at || !is_within(other, one))
            })
        };
        let doubles: Vec<bool> = chosen.iter().enumerate().map(is_double).collect();
        let chosen = self.candidates.into_values().filter(|candidate| candidate.chosen);
        let kept = chosen.zip(doubles).filter(|(_, is_double)| !is_double);
        kept.map(|(candidate, _)| candidate.sequence(recordings)).collect()
    }
}
