//! Annotates the events of a time line, one after the other.

use std::collections::VecDeque;

use socket_dissect::{Contracts, Detail, Dissector, Expansion, Part};
use socket_tap::event::Op;
use socket_tap::format::Side;

use super::annotated_event::AnnotatedEvent;
use super::connections::{Connections, Socket};
use super::merge::{Recording, Timeline};
use super::packet_calls::as_calls;
use super::packet_payload::PacketPayload;
use super::packets::PacketNumbers;
use super::step_tracker::StepTracker;
use super::timed_event::TimedEvent;
use crate::pipeline::{Mapper, Source as _};

/// What is known about the connections, steps and payload of the events so far.
#[derive(Debug)]
pub(super) struct Annotator {
    /// For each recording, the side that it was made on.
    sides: Vec<Side>,
    connections: Connections,
    steps: StepTracker,
    packets: PacketNumbers,
    /// One dissector for each recording; `None` for a recording without payload, and for one of packets.
    dissectors: Vec<Option<Dissector>>,
    /// Dissects the payload of packets. `None` if the payload of sockets is there.
    packet_payload: Option<PacketPayload>,
    /// Calls that packets show, to be returned in place of the packets. `None` to return the packets.
    packet_calls: Option<VecDeque<AnnotatedEvent>>,
}

impl Annotator {
    /// Returns an annotator for the events of the recordings. gRPC messages are decoded with the given contracts.
    pub(super) fn new(recordings: &[Recording], contracts: &Contracts) -> Self {
        let dissectors = recordings.iter().map(|recording| {
            let has_payload = recording.header.capture > 0 && recording.header.side != Side::Wire;
            has_payload.then(|| Dissector::with_contracts(recording.header.side, contracts.clone()))
        });
        let dissectors = dissectors.collect();
        let is_wire = |recording: &Recording| recording.header.side == Side::Wire;
        let has_packets = recordings.iter().any(is_wire);
        let packets_alone = recordings.iter().all(is_wire);
        let packet_payload = packets_alone
            .then(|| PacketPayload::new(Dissector::with_contracts(Side::Server, contracts.clone())));
        let connections = if has_packets { Connections::with_packets() } else { Connections::default() };
        let sides = recordings.iter().map(|recording| recording.header.side).collect();
        let (steps, packets) = (StepTracker::of(recordings), PacketNumbers::default());
        Self { sides, connections, steps, packets, dissectors, packet_payload, packet_calls: None }
    }

    /// Sets how much of each message the parts of an event contain.
    pub(super) fn with_detail(self, detail: Detail) -> Self {
        let dissectors = self.dissectors.into_iter().map(|it| it.map(|it| it.with_detail(detail))).collect();
        let packet_payload = self.packet_payload.map(|it| it.with_detail(detail));
        Self { dissectors, packet_payload, ..self }
    }

    /// Collects calls in place of packets, if the time line has only packets.
    pub(super) fn return_packets_as_calls(&mut self) {
        self.packet_calls = self.packet_payload.as_ref().map(|_| VecDeque::new());
    }

    /// Returns `true` if the calls that packets show are returned in place of the packets.
    pub(super) fn returns_packets_as_calls(&self) -> bool {
        self.packet_calls.is_some()
    }

    /// Removes and returns the next event of a call that a packet has shown.
    pub(super) fn next_call(&mut self) -> Option<AnnotatedEvent> {
        self.packet_calls.as_mut()?.pop_front()
    }

    /// Returns the operation of an API call that is open.
    pub(super) fn operation(&self, socket: Socket, call: u64) -> Option<&str> {
        self.dissectors.get(socket.recording)?.as_ref()?.operation(socket.sock, call)
    }

    /// Returns the number of bytes that TLS encryption adds to each record of the connection, if known.
    pub(super) fn expansion(&self, socket: Socket) -> Option<Expansion> {
        self.dissectors.get(socket.recording)?.as_ref()?.expansion(socket.sock)
    }

    /// Annotates the next event of the recordings. The calls that a packet shows are added to those of [`next_call`](Self::next_call).
    pub(super) fn annotate(&mut self, timed: TimedEvent) -> AnnotatedEvent {
        let recording = timed.recording;
        let side = self.sides.get(recording);
        let connection = side.and_then(|side| self.connections.observe(recording, *side, &timed.event));
        let packet = match (&timed.event.op, &connection) {
            (Op::Packet(packet), Some(connection)) => {
                Some(self.packets.observe(connection, packet, timed.event.t))
            }
            _ => None,
        };
        let dissector = self.dissectors.get_mut(recording).and_then(Option::as_mut);
        let (mut parts, mut ended, mut user_agent) = (Vec::new(), Vec::new(), None);
        if let Some(dissector) = dissector {
            parts = dissector.observe(&timed.event);
            ended = dissector.take_finished();
            let sock = timed.event.sock.filter(|_| !parts.is_empty());
            user_agent = sock.and_then(|sock| dissector.user_agent(sock)).cloned();
        }
        let mut calls = match (&timed.event.op, &mut self.packet_payload, &connection) {
            (Op::Packet(packet), Some(payload), Some(connection)) => {
                payload.observe(connection, packet, timed.event.t)
            }
            _ => Vec::new(),
        };
        if self.packet_calls.is_none() {
            parts.extend(calls.iter_mut().flat_map(|call| std::mem::take(&mut call.parts)));
            ended.extend(calls.iter_mut().flat_map(|call| std::mem::take(&mut call.ended)));
        }
        let step = self.steps.observe(recording, &timed.event, connection.as_deref());
        let annotated = AnnotatedEvent { timed, connection, step, packet, parts, ended, user_agent };
        if let (Some(queue), Some(connection)) = (&mut self.packet_calls, &annotated.connection) {
            queue.extend(as_calls(&annotated, connection, calls));
        }
        annotated
    }
}

impl Mapper<TimedEvent> for Annotator {
    type Value = AnnotatedEvent;

    fn map(&mut self, timed: TimedEvent) -> AnnotatedEvent {
        self.annotate(timed)
    }

    fn reuse(&mut self, consumed: &mut AnnotatedEvent) {
        if let Some(dissector) = self.dissectors.get_mut(consumed.timed.recording).and_then(Option::as_mut) {
            dissector.reuse(std::mem::take(&mut consumed.parts));
        }
    }

    fn size(annotated: &AnnotatedEvent) -> usize {
        let fields =
            |part: &Part| part.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let texts = annotated.parts.iter().map(|part| part.text.len() + fields(part));
        Timeline::size(&annotated.timed) + texts.sum::<usize>()
    }
}
