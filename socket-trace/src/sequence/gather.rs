//! The connection that is asked for, out of all that are recorded.

use std::collections::HashMap;

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::Sequence;
use super::call::{Call, Signal};
use super::merge::merge;
use crate::reader::Error;
use crate::show::carried::sentence;
use crate::timeline::Recording;
use crate::timeline::connections::{Connection, Socket};
use crate::timeline::seen::{Seen, Walk};

/// How many calls of each side are drawn. A longer diagram is read by nobody.
const MOST_CALLS: usize = 500;

/// How many calls a socket needs to become one that connects or listens. One that makes more keeps the first.
const MOST_OPENING: usize = 8;

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
pub fn gather(walk: &mut Walk, choice: &Choice) -> Result<Vec<Sequence>, Error> {
    let mut gathering = Gathering::new(walk.timeline().recordings(), choice);
    while let Some(seen) = walk.next_seen()? {
        gathering.observe(&seen);
    }
    Ok(gathering.finish(walk.timeline().recordings()))
}

struct Gathering<'a> {
    choice: &'a Choice,
    /// The side whose numbers [`Choice::Sock`] speaks of.
    numbered: Side,
    sides: Vec<Side>,
    /// How the open sockets came to be.
    openings: HashMap<Socket, Vec<(u64, Event)>>,
    found: Vec<Found>,
}

/// A connection that is chosen.
#[derive(Default)]
struct Found {
    number: u64,
    client: Option<End>,
    server: Option<End>,
}

struct End {
    socket: Socket,
    calls: Vec<Call>,
    more: u64,
    /// Its sending half is open.
    open: bool,
}

impl<'a> Gathering<'a> {
    fn new(recordings: &[Recording], choice: &'a Choice) -> Self {
        let sides: Vec<Side> = recordings.iter().map(|recording| recording.header.side).collect();
        let numbered = if sides.contains(&Side::Server) { Side::Server } else { Side::Client };
        Self { choice, numbered, sides, openings: HashMap::new(), found: Vec::new() }
    }

    fn observe(&mut self, seen: &Seen) {
        let event = &seen.moment.event;
        let socket = Socket { recording: seen.moment.recording, sock: event.sock };
        if matches!(event.op, Op::Socket { .. } | Op::Bind { .. } | Op::Listen { .. }) {
            self.opening(socket, seen);
        }
        let Some(connection) = seen.connection.as_deref() else { return self.closed(socket, event) };
        let begins = matches!(event.op, Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { on: None, .. });
        if begins {
            self.begin(socket, seen, connection);
        }
        let found = self.found.iter_mut().find(|found| found.number == connection.number);
        if let Some(end) = found.and_then(|found| found.end(connection.side).as_mut())
            && end.socket == socket
        {
            end.observe(seen, connection.side);
        }
        self.closed(socket, event);
    }

    fn opening(&mut self, socket: Socket, seen: &Seen) {
        let events = self.openings.entry(socket).or_default();
        if events.len() < MOST_OPENING {
            events.push((seen.moment.at, seen.moment.event.clone()));
        }
    }

    fn closed(&mut self, socket: Socket, event: &Event) {
        if matches!(event.op, Op::Close(_) | Op::Release(_)) {
            self.openings.remove(&socket);
        }
    }

    /// A connection begins: it may be the one, or its other end.
    fn begin(&mut self, socket: Socket, seen: &Seen, connection: &Connection) {
        let known = self.found.iter().position(|found| found.number == connection.number);
        if known.is_none() && !self.is_chosen(socket, seen, connection) {
            self.openings.remove(&socket);
            return;
        }
        let opening = match seen.moment.event.op {
            Op::Accept { on, .. } => self.openings.get(&Socket { sock: on, ..socket }).cloned(),
            _ => self.openings.remove(&socket),
        };
        let opening = opening.unwrap_or_default().into_iter();
        let calls =
            opening.map(|(at, event)| Call::of(&event, connection.side, at, String::new(), true)).collect();
        let index = known.unwrap_or_else(|| {
            self.found.push(Found { number: connection.number, ..Found::default() });
            self.found.len() - 1
        });
        if let Some(found) = self.found.get_mut(index) {
            found.end(connection.side).get_or_insert(End { socket, calls, more: 0, open: true });
        }
    }

    fn is_chosen(&self, socket: Socket, seen: &Seen, connection: &Connection) -> bool {
        let is_taken = |recording| self.found.iter().any(|found| found.has(recording));
        let other_is_taken = connection.other.is_some_and(|other| is_taken(other.recording));
        let is_asked_for = match self.choice {
            Choice::First => true,
            Choice::Step(name) => seen.step.as_deref() == Some(name.as_str()),
            Choice::Sock(sock) => {
                socket.sock == *sock && self.sides.get(socket.recording) == Some(&self.numbered)
            }
        };
        is_asked_for && !is_taken(socket.recording) && !other_is_taken
    }

    fn finish(self, recordings: &[Recording]) -> Vec<Sequence> {
        let is_within = |one: &Found, other: &Found| one.recordings().all(|it| other.has(it));
        let doubles = |index: usize, found: &Found| {
            self.found.iter().enumerate().any(|(at, other)| {
                // Of two that say the same of each other, the first stays.
                at != index && is_within(found, other) && (at < index || !is_within(other, found))
            })
        };
        let keep: Vec<bool> = self.found.iter().enumerate().map(|(at, found)| !doubles(at, found)).collect();
        let kept = self.found.into_iter().zip(keep).filter(|(_, keep)| *keep);
        kept.map(|(found, _)| found.sequence(recordings)).collect()
    }
}

impl Found {
    fn end(&mut self, side: Side) -> &mut Option<End> {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn recordings(&self) -> impl Iterator<Item = usize> {
        [&self.client, &self.server].into_iter().flatten().map(|end| end.socket.recording)
    }

    fn has(&self, recording: usize) -> bool {
        self.recordings().any(|it| it == recording)
    }

    fn sequence(self, recordings: &[Recording]) -> Sequence {
        let of = |end: &Option<End>| {
            let socket = end.as_ref()?.socket;
            Some((recordings.get(socket.recording)?, socket.sock))
        };
        let name = |end: &Option<End>| {
            of(end).map(|(recording, sock)| format!("{} #{sock}", printable(&recording.label)))
        };
        let title = of(&self.server).or(of(&self.client));
        let title = title.map(|(recording, _)| printable(&recording.header.name)).unwrap_or_default();
        let (client, server) = (name(&self.client), name(&self.server));
        let more = [&self.client, &self.server].into_iter().flatten().map(|end| end.more).sum();
        let calls = |end: Option<End>| end.map(|end| end.calls).unwrap_or_default();
        Sequence { title, client, server, calls: merge(calls(self.client), calls(self.server)), more }
    }
}

impl End {
    fn observe(&mut self, seen: &Seen, side: Side) {
        let event = &seen.moment.event;
        if matches!(event.op, Op::Option { .. }) {
            return;
        }
        if self.calls.len() >= MOST_CALLS {
            self.more += 1;
            return;
        }
        let call = Call::of(event, side, seen.moment.at, sentence(&seen.carried), self.open);
        self.open &= !matches!(call.sends, Some(Signal::Fin | Signal::Rst));
        self.calls.push(call);
    }
}
