//! The call that is asked for, out of a whole recording.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::below::Below;
use super::map::Map;
use super::stack::{self, Carried};
use super::trail::{Trail, moved};
use crate::reader::Error;
use crate::timeline::Recording;
use crate::timeline::connections::Socket;
use crate::timeline::{AnnotatedEvent, AnnotatedEvents};
use socket_dissect::{Class, Expansion, Layer, Part};

/// Which call. What is `None` is not asked; of several, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// On the socket with this number: the server's, when a server recorded.
    pub sock: Option<SockId>,
    /// The one with this number on its connection, from 0.
    pub call: Option<u64>,
    /// One that begins in this step.
    pub step: Option<String>,
}

/// The map of the call; `None` when there is none such.
///
/// # Errors
/// When a trace cannot be read.
pub fn collect(events: &mut AnnotatedEvents, wanted: &Wanted) -> Result<Option<Map>, Error> {
    let sides = events.timeline().recordings().iter().map(|recording| recording.header.side).collect();
    let (trails, below) = (HashMap::new(), Below::default());
    let mut collection = Collection { wanted, sides, chosen: None, trails, below, more: 0 };
    while let Some(annotated) = events.next_event()? {
        let Some(sock) = annotated.timed.event.sock else { continue };
        let socket = Socket { recording: annotated.timed.recording, sock };
        if collection.observe(annotated, socket, events.expansion(socket)) {
            collection.name(|call| events.operation(socket, call));
        }
    }
    Ok(collection.finish(events.timeline().recordings()))
}

struct Collection<'a> {
    wanted: &'a Wanted,
    /// Of the recordings.
    sides: Vec<Side>,
    chosen: Option<Chosen>,
    /// What went through the open sockets, and through those of the call.
    trails: HashMap<(Socket, Side), Trail>,
    below: Below,
    more: u64,
}

struct Chosen {
    connection: u64,
    call: u64,
    operation: String,
    is_known: bool,
}

impl Collection<'_> {
    /// Takes the event in, and tells whether it carried some of the call.
    fn observe(&mut self, annotated: AnnotatedEvent, socket: Socket, expansion: Option<Expansion>) -> bool {
        let event = &annotated.timed.event;
        let Some(connection) = annotated.connection.clone() else { return false };
        if self.chosen.as_ref().is_some_and(|chosen| chosen.connection != connection.number) {
            return false;
        }
        if let Some((to, bytes)) = moved(event, connection.side) {
            let is_of_call = self.is_of_call(&annotated, connection.number, socket);
            let (end, moved) = ((socket, to), (annotated.timed.at, bytes));
            self.below.moved(end, moved, &annotated.parts, expansion, self.chosen.is_some());
            let new = || Trail::new(connection.number, connection.side);
            let trail = self.trails.entry((socket, to)).or_insert_with(new);
            self.more += trail.add(annotated.timed.at, bytes, annotated.parts, is_of_call);
            return is_of_call;
        }
        if let Op::Adopt { on: Some(below), .. } = event.op {
            self.below.adopt(socket, Socket { sock: below, ..socket }, connection.side);
        }
        if self.chosen.is_none() && matches!(event.op, Op::Close(_) | Op::Release(_)) {
            self.below.closed(socket);
            for to in [Side::Server, Side::Client] {
                self.trails.remove(&(socket, to));
            }
        }
        false
    }

    /// Behind a head that is complete may be a body that says more: the operation of GraphQL.
    fn name<'b>(&mut self, operation: impl FnOnce(u64) -> Option<&'b str>) {
        if let Some(chosen) = self.chosen.as_mut().filter(|chosen| chosen.is_known)
            && let Some(operation) = operation(chosen.call)
        {
            chosen.operation = printable(operation);
        }
    }

    /// Whether the transfer carries some of the call. The first call that is as wanted is chosen.
    fn is_of_call(&mut self, annotated: &AnnotatedEvent, connection: u64, socket: Socket) -> bool {
        if self.chosen.is_none() {
            self.chosen = self.choose(annotated, connection, socket);
        }
        let Some(chosen) = &mut self.chosen else { return false };
        chosen.learn(&annotated.parts);
        annotated.parts.iter().any(|part| part.call == Some(chosen.call))
    }

    fn choose(&self, annotated: &AnnotatedEvent, connection: u64, socket: Socket) -> Option<Chosen> {
        let Wanted { sock, call, step } = self.wanted;
        let numbered = if self.sides.contains(&Side::Server) { Side::Server } else { Side::Client };
        let is_numbered = self.sides.get(socket.recording) == Some(&numbered);
        let is_there = sock.is_none_or(|sock| sock == socket.sock && is_numbered)
            && step.as_deref().is_none_or(|step| annotated.step.as_deref() == Some(step));
        let mut calls = annotated.parts.iter().filter_map(|part| part.call);
        let call = calls.find(|number| is_there && call.is_none_or(|call| call == *number))?;
        Some(Chosen { connection, call, operation: String::new(), is_known: false })
    }

    fn finish(mut self, recordings: &[Recording]) -> Option<Map> {
        let Chosen { connection, call, operation, .. } = self.chosen?;
        let mut trails: Vec<((Socket, Side), Trail)> = self.trails.into_iter().collect();
        trails.retain(|(_, trail)| trail.connection == connection && trail.carries(call));
        trails
            .sort_by_key(|((socket, _), trail)| (trail.side != Side::Client, socket.recording, socket.sock));
        let mut ends: Vec<String> = (trails.iter())
            .filter_map(|((socket, _), _)| {
                let label = &recordings.get(socket.recording)?.label;
                Some(format!("{} #{}", printable(label), socket.sock))
            })
            .collect();
        ends.dedup();
        let carried: Vec<Carried> = (trails.into_iter())
            .map(|((socket, to), trail)| {
                let pairs = self.below.take(socket, to);
                Carried { side: trail.side, to, pieces: trail.pieces(), pairs }
            })
            .collect();
        let ways = stack::ways(&carried, call);
        Some(Map { ends, call, operation, ways, more: self.more })
    }
}

impl Chosen {
    /// The first head of the call says what is called, once it is complete; on a WebSocket the first message.
    fn learn(&mut self, parts: &[Part]) {
        let says = |part: &&Part| {
            let is_first = part.class == Class::Headers || part.layer == Layer::Websocket;
            part.call == Some(self.call) && is_first && !part.text.is_empty()
        };
        if let Some(head) = parts.iter().find(says).filter(|_| !self.is_known) {
            self.operation = printable(&head.text);
            self.is_known = head.ends;
        }
    }
}
