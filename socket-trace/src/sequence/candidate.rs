//! A connection that may be drawn, with its socket calls so far.

use std::sync::Arc;

use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::call::{Call, Signal};
use super::merge::merge;
use super::model::Sequence;
use super::packet::PacketLog;
use crate::show::description::describe;
use crate::timeline::AnnotatedEvent;
use crate::timeline::Recording;
use crate::timeline::connections::{Connection, Socket};

/// Maximum number of socket calls drawn for each side. A longer diagram is unreadable.
const MAX_CALLS: usize = 500;

/// Maximum number of socket calls kept for each side of a connection until it is known whether the connection
/// is drawn. The client may make several calls before the server accepts.
const MAX_CALLS_BEFORE: usize = 32;

/// Maximum number of packets drawn for a connection.
const MAX_PACKETS: usize = 500;

/// Maximum number of packets kept for a connection before it is selected.
const MAX_PACKETS_BEFORE: usize = 32;

/// A connection, with the socket calls of both ends and the packets between them. It is drawn if one of its ends
/// meets the user's `Choice`. Calls and packets are collected before this is known, since the end that meets it may
/// appear last.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) is_selected: bool,
    client: Option<End>,
    server: Option<End>,
    packets: PacketLog,
    /// The connection of the packets, if there are any.
    wire: Option<(usize, Arc<Connection>)>,
}

#[derive(Debug)]
struct End {
    socket: Socket,
    calls: Vec<Call>,
    more: u64,
    /// `true` while this end can send: it has neither closed the socket nor shut down its sending half.
    open: bool,
}

impl Candidate {
    /// Adds an end of the connection. `opening` contains the events that opened it, each with its time on the
    /// time line.
    pub(super) fn begin(&mut self, side: Side, socket: Socket, opening: &[(u64, Event)]) {
        let call = |(at, event): &(u64, Event)| Call::of(event, side, *at, String::new(), true);
        let calls = opening.iter().map(call).collect();
        self.end(side).get_or_insert(End { socket, calls, more: 0, open: true });
    }

    /// Adds an event to the socket calls of the end `side`. Ignores the event if that end has another socket.
    pub(super) fn observe(&mut self, side: Side, socket: Socket, annotated: &AnnotatedEvent) {
        let max = if self.is_selected { MAX_CALLS } else { MAX_CALLS_BEFORE };
        if let Some(end) = self.end(side).as_mut().filter(|end| end.socket == socket) {
            end.observe(annotated, side, max);
        }
    }

    /// Adds a packet of the connection.
    pub(super) fn observe_packet(&mut self, annotated: &AnnotatedEvent, connection: &Arc<Connection>) {
        let max = if self.is_selected { MAX_PACKETS } else { MAX_PACKETS_BEFORE };
        let from = if annotated.is_to_server() { Side::Client } else { Side::Server };
        self.packets.observe(annotated, from, max);
        self.wire.get_or_insert_with(|| (annotated.timed.recording, Arc::clone(connection)));
    }

    pub(super) fn has_both_ends(&self) -> bool {
        self.client.is_some() && self.server.is_some()
    }

    /// Returns the indices of the recordings that contain an end of the connection.
    pub(super) fn recordings(&self) -> impl Iterator<Item = usize> {
        [&self.client, &self.server].into_iter().flatten().map(|end| end.socket.recording)
    }

    pub(super) fn is_in(&self, recording: usize) -> bool {
        self.recordings().any(|it| it == recording)
    }

    fn end(&mut self, side: Side) -> &mut Option<End> {
        match side {
            Side::Client | Side::Wire => &mut self.client,
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
        let wire = self.wire.as_ref().and_then(|(recording, _)| recordings.get(*recording));
        let title = of(&self.server).or(of(&self.client)).map(|(recording, _)| recording).or(wire);
        let title = title.map(|recording| printable(&recording.header.name)).unwrap_or_default();
        let (mut client, mut server) = (name(&self.client), name(&self.server));
        if let (None, None, Some((_, connection))) = (&client, &server, &self.wire) {
            let address = |address: &Option<Addr>| Some(printable(&address.as_ref()?.to_string()));
            (client, server) = (address(&connection.local), address(&connection.peer));
        }
        let more = [&self.client, &self.server].into_iter().flatten().map(|end| end.more).sum();
        let calls = |end: Option<End>| end.map(|end| end.calls).unwrap_or_default();
        let calls = merge(calls(self.client), calls(self.server));
        let (packets, more_packets) = self.packets.into_packets();
        Sequence { title, client, server, calls, more, packets, more_packets }
    }
}

impl End {
    fn observe(&mut self, annotated: &AnnotatedEvent, side: Side, max: usize) {
        let event = &annotated.timed.event;
        if matches!(event.op, Op::Option { .. } | Op::TcpInfo(_)) {
            return;
        }
        // Once a call was omitted, all later calls are.
        if self.more > 0 || self.calls.len() >= max {
            self.more += 1;
            return;
        }
        let call = Call::of(event, side, annotated.timed.at, describe(&annotated.parts), self.open);
        self.open &= !matches!(call.sends, Some(Signal::Fin | Signal::Rst));
        self.calls.push(call);
    }
}
