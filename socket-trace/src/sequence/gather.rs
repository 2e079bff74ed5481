//! Selects, from complete recordings, the connections that the diagram shows.

use std::collections::{BTreeMap, HashMap};

use socket_tap::event::{Event, Op, SockId, TcpFlags};
use socket_tap::format::Side;

use super::candidate::Candidate;
use super::model::Sequence;
use crate::client_step::is_named;
use crate::reader::Error;
use crate::timeline::Recording;
use crate::timeline::connections::{Connection, Socket};
use crate::timeline::{AnnotatedEvent, AnnotatedEvents};

/// Maximum number of opening calls (`socket`, `bind`, `listen`) that are kept for a socket. Further ones are
/// dropped.
const MAX_OPENING: usize = 8;

/// Maximum number of connections that are kept although the end seen so far does not meet the [`Choice`].
/// Their other end may follow in another recording and meet it.
const MAX_WAITING: usize = 1_024;

/// Condition that selects the connection to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// For each recording, its first connection, or the first one with packets if no recording has sockets. Connections
    /// that a server opened to other servers are
    /// skipped.
    First,
    /// For each recording, the first connection that begins in the step with this name, that is, between its
    /// mark and the next mark. Connections that a server opened to other servers are skipped.
    Step(String),
    /// The connection of the socket with this number in the server's recording, or in the client's if no
    /// server was recorded.
    Sock(SockId),
}

/// Returns the connections that meet `choice`, at most one for each recording. If both the client and the
/// server of a connection were recorded, it counts for both recordings.
pub fn gather(events: &mut AnnotatedEvents, choice: &Choice) -> Result<Vec<Sequence>, Error> {
    let mut gathering = Gathering::new(events.timeline().recordings(), choice);
    while let Some(annotated) = events.next_event()? {
        gathering.observe(&annotated);
    }
    Ok(gathering.finish(events.timeline().recordings()))
}

struct Gathering<'a> {
    choice: &'a Choice,
    /// Side whose recordings are searched for the socket number of [`Choice::Sock`]: the server if a server
    /// was recorded, else the client.
    numbered: Side,
    sides: Vec<Side>,
    /// For each open socket, its `socket`, `bind` and `listen` events, each with its time on the time line.
    openings: HashMap<Socket, Vec<(u64, Event)>>,
    /// Connections that meet the choice or may still meet it, by connection number.
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
        if let Op::Packet(_) = event.op {
            return self.observe_packet(annotated);
        }
        let Some(sock) = event.sock else { return };
        let socket = Socket { recording: annotated.timed.recording, sock };
        if matches!(event.op, Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. }) {
            let events = self.openings.entry(socket).or_default();
            if events.len() < MAX_OPENING {
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

    /// Processes a packet. The first packets of a connection may precede the accept of the server.
    fn observe_packet(&mut self, annotated: &AnnotatedEvent) {
        let (Op::Packet(packet), Some(connection)) = (&annotated.timed.event.op, &annotated.connection)
        else {
            return;
        };
        let flags = packet.segment.as_ref().map(|segment| segment.flags).unwrap_or_default();
        let is_syn = flags.contains(TcpFlags::SYN) && !flags.contains(TcpFlags::ACK);
        // A capture can begin within a connection.
        if is_syn || annotated.packet.is_some_and(|packet| packet.number == 1) {
            let candidate = self.candidates.entry(connection.number).or_default();
            candidate.observe_packet(annotated, connection);
            let is_alone = self.sides.iter().all(|side| *side == Side::Wire);
            if is_alone && self.matches(annotated) && self.selected().next().is_none() {
                self.select(connection.number);
            }
            self.drop_oldest();
        } else if let Some(candidate) = self.candidates.get_mut(&connection.number) {
            candidate.observe_packet(annotated, connection);
        }
    }

    /// Returns `true` if the choice does not name a socket, and the event is in the chosen step, if any.
    fn matches(&self, annotated: &AnnotatedEvent) -> bool {
        match self.choice {
            Choice::First => true,
            Choice::Step(name) => annotated.step.as_deref().is_some_and(|step| is_named(step, name)),
            Choice::Sock(_) => false,
        }
    }

    fn select(&mut self, number: u64) {
        if let Some(candidate) = self.candidates.get_mut(&number) {
            candidate.is_selected = true;
        }
    }

    /// Drops the oldest connection that is not selected, if there are too many.
    fn drop_oldest(&mut self) {
        if self.candidates.len() > MAX_WAITING {
            let oldest = self.candidates.iter().find(|(_, candidate)| !candidate.is_selected);
            if let Some(number) = oldest.map(|(number, _)| *number) {
                self.candidates.remove(&number);
            }
        }
    }

    /// Processes an event that opens one end of a connection.
    fn begin(&mut self, socket: Socket, annotated: &AnnotatedEvent, connection: &Connection) {
        let own = self.openings.remove(&socket).unwrap_or_default();
        let opening = match annotated.timed.event.op {
            Op::Accept { on, .. } => self.openings.get(&Socket { sock: on, ..socket }),
            _ => Some(&own),
        };
        let is_selected = self.is_selected(socket, annotated, connection.side);
        let number = connection.number;
        let candidate = self.candidates.entry(number).or_default();
        candidate.begin(connection.side, socket, opening.map(Vec::as_slice).unwrap_or_default());
        candidate.is_selected |= is_selected;
        if !candidate.is_selected && candidate.has_both_ends() {
            self.candidates.remove(&number);
        }
        self.drop_oldest();
    }

    fn is_selected(&self, socket: Socket, annotated: &AnnotatedEvent, side: Side) -> bool {
        let is_upstream = side == Side::Client && self.sides.get(socket.recording) == Some(&Side::Server);
        let matches = match self.choice {
            Choice::Sock(sock) => {
                socket.sock == *sock && self.sides.get(socket.recording) == Some(&self.numbered)
            }
            Choice::First | Choice::Step(_) => !is_upstream && self.matches(annotated),
        };
        matches && !self.selected().any(|candidate| candidate.is_in(socket.recording))
    }

    fn selected(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.values().filter(|candidate| candidate.is_selected)
    }

    /// Returns the selected connections without duplicates. A connection is a duplicate if another selected
    /// connection has ends in the same recordings and is earlier, or has ends in these recordings and in one
    /// more.
    fn finish(self, recordings: &[Recording]) -> Vec<Sequence> {
        let is_within = |one: &Candidate, other: &Candidate| one.recordings().all(|it| other.is_in(it));
        let selected: Vec<&Candidate> = self.selected().collect();
        let is_duplicate = |(at, one): (usize, &&Candidate)| {
            selected.iter().enumerate().any(|(other_at, other)| {
                at != other_at && is_within(one, other) && (other_at < at || !is_within(other, one))
            })
        };
        let duplicates: Vec<bool> = selected.iter().enumerate().map(is_duplicate).collect();
        let selected = self.candidates.into_values().filter(|candidate| candidate.is_selected);
        let kept = selected.zip(duplicates).filter(|(_, is_duplicate)| !is_duplicate);
        kept.map(|(candidate, _)| candidate.sequence(recordings)).collect()
    }
}
