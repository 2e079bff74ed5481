//! A connection that may be the one, or is.

use socket_tap::event::{Event, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::call::{Call, Signal};
use super::merge::merge;
use super::model::Sequence;
use crate::show::carried::sentence;
use crate::timeline::AnnotatedEvent;
use crate::timeline::Recording;
use crate::timeline::connections::Socket;

/// How many calls of each side are drawn. A longer diagram is read by nobody.
const MOST_CALLS: usize = 500;

/// How many calls of a connection are kept that is not chosen yet: its client may have done as much before the server
/// accepts it.
const MOST_CALLS_BEFORE: usize = 32;

/// A connection, and what its ends did.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) chosen: bool,
    client: Option<End>,
    server: Option<End>,
}

#[derive(Debug)]
struct End {
    socket: Socket,
    calls: Vec<Call>,
    more: u64,
    /// Its sending half is open.
    open: bool,
}

impl Candidate {
    /// One of its ends begins, with how that came to be.
    pub(super) fn begin(&mut self, side: Side, socket: Socket, opening: &[(u64, Event)]) {
        let call = |(at, event): &(u64, Event)| Call::of(event, side, *at, String::new(), true);
        let calls = opening.iter().map(call).collect();
        self.end(side).get_or_insert(End { socket, calls, more: 0, open: true });
    }

    /// One of its ends does something.
    pub(super) fn observe(&mut self, side: Side, socket: Socket, annotated: &AnnotatedEvent) {
        let most = if self.chosen { MOST_CALLS } else { MOST_CALLS_BEFORE };
        if let Some(end) = self.end(side).as_mut().filter(|end| end.socket == socket) {
            end.observe(annotated, side, most);
        }
    }

    pub(super) fn has_both_ends(&self) -> bool {
        self.client.is_some() && self.server.is_some()
    }

    /// The recordings of its ends.
    pub(super) fn recordings(&self) -> impl Iterator<Item = usize> {
        [&self.client, &self.server].into_iter().flatten().map(|end| end.socket.recording)
    }

    pub(super) fn is_in(&self, recording: usize) -> bool {
        self.recordings().any(|it| it == recording)
    }

    fn end(&mut self, side: Side) -> &mut Option<End> {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    pub(super) fn sequence(self, recordings: &[Recording]) -> Sequence {
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
    fn observe(&mut self, annotated: &AnnotatedEvent, side: Side, most: usize) {
        let event = &annotated.timed.event;
        if matches!(event.op, Op::Option { .. }) {
            return;
        }
        // What comes after something that is left out is left out, too.
        if self.more > 0 || self.calls.len() >= most {
            self.more += 1;
            return;
        }
        let call = Call::of(event, side, annotated.timed.at, sentence(&annotated.parts), self.open);
        self.open &= !matches!(call.sends, Some(Signal::Fin | Signal::Rst));
        self.calls.push(call);
    }
}
