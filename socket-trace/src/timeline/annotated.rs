//! The events of a time line, each with its connection, its step and the dissected parts of its data.

use std::collections::VecDeque;
use std::sync::Arc;

use socket_dissect::{Call, Contracts, Detail, Dissector, Expansion, Part};
use socket_tap::event::Op;
use socket_tap::format::Side;

use super::connections::{Connection, Connections, Socket, is_same};
use super::merge::{Recording, Timeline};
use super::next::Next;
use super::packet_calls::as_calls;
use super::packet_payload::PacketPayload;
use super::packets::{NumberedPacket, PacketNumbers};
use super::step_tracker::StepTracker;
use super::timed_event::TimedEvent;
use crate::read_ahead::{Mapper, Source as _, for_each_mapped_ahead};
use crate::reader::Error;

/// The events of a time line, each with its connection, its step and the dissected parts of its data.
#[derive(Debug)]
pub struct AnnotatedEvents {
    timeline: Timeline,
    annotator: Annotator,
}

/// What is known about the connections, steps and payload of the events so far.
#[derive(Debug)]
struct Annotator {
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

/// An event with its connection, its step and the dissected parts of its data.
#[derive(Debug)]
pub struct AnnotatedEvent {
    /// The event, with its time on the time line.
    pub timed: TimedEvent,
    /// The connection to which the event's socket or packet belongs, if any.
    pub connection: Option<Arc<Connection>>,
    /// Name of the step (the time from one mark to the next) in which the event happened, if any.
    pub step: Option<Arc<str>>,
    /// The number of a packet on its connection, and the packet that it repeats. `None` for a socket call, and for a packet
    /// without a connection.
    pub packet: Option<NumberedPacket>,
    /// The dissected parts of the data that the event transferred; empty for a recording without payload. A packet has
    /// parts if the time line has only packets: those that its receiver could read with it, also of packets that came before
    /// their predecessors.
    pub parts: Vec<Part>,
    /// The API calls that ended with the event, such as the call whose response it transferred completely.
    pub ended: Vec<Call>,
    /// The `User-Agent` of the client of the event's connection, once it is known. `None` for events without data.
    pub user_agent: Option<Arc<str>>,
}

impl AnnotatedEvent {
    /// Returns `true` for a packet from the client to the server of its connection.
    #[must_use]
    pub fn is_to_server(&self) -> bool {
        let client = self.connection.as_ref().and_then(|connection| connection.local.as_ref());
        matches!((&self.timed.event.op, client), (Op::Packet(packet), Some(client)) if is_same(&packet.from, client))
    }
}

impl AnnotatedEvents {
    /// Annotates the events of a time line. gRPC messages are decoded with the bookshelf's contract.
    #[must_use]
    pub fn new(timeline: Timeline) -> Self {
        Self::with_contracts(timeline, &crate::contracts::bookshelf())
    }

    /// Annotates the events of a time line. gRPC messages are decoded with the given contracts.
    #[must_use]
    pub fn with_contracts(timeline: Timeline, contracts: &Contracts) -> Self {
        let dissectors = timeline.recordings().iter().map(|recording| {
            let has_payload = recording.header.capture > 0 && recording.header.side != Side::Wire;
            has_payload.then(|| Dissector::with_contracts(recording.header.side, contracts.clone()))
        });
        let dissectors = dissectors.collect();
        let is_wire = |recording: &Recording| recording.header.side == Side::Wire;
        let has_packets = timeline.recordings().iter().any(is_wire);
        let packets_alone = timeline.recordings().iter().all(is_wire);
        let packet_payload = packets_alone
            .then(|| PacketPayload::new(Dissector::with_contracts(Side::Server, contracts.clone())));
        let connections = if has_packets { Connections::with_packets() } else { Connections::default() };
        let sides = timeline.recordings().iter().map(|recording| recording.header.side).collect();
        let (steps, packets) = (StepTracker::of(timeline.recordings()), PacketNumbers::default());
        let annotator =
            Annotator { sides, connections, steps, packets, dissectors, packet_payload, packet_calls: None };
        Self { timeline, annotator }
    }

    /// Sets how much of each message the parts of an event contain.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        let annotator = &mut self.annotator;
        let dissectors = std::mem::take(&mut annotator.dissectors).into_iter();
        annotator.dissectors = dissectors.map(|it| it.map(|it| it.with_detail(detail))).collect();
        annotator.packet_payload = annotator.packet_payload.take().map(|it| it.with_detail(detail));
        self
    }

    /// Returns calls of a server in place of packets, if the time line has only packets: the reads and writes that show what the
    /// packets carried. Their sockets have the numbers of the connections.
    pub(crate) fn return_packets_as_calls(&mut self) {
        self.annotator.packet_calls = self.annotator.packet_payload.as_ref().map(|_| VecDeque::new());
    }

    /// Returns the time line.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Returns the time line, for example to inspect its traces after the last event.
    #[must_use]
    pub fn into_timeline(self) -> Timeline {
        self.timeline
    }

    /// Returns the operation, e.g. `GET /v1/books/1`, of the API call with the number `call` on a socket.
    /// `None` if the call has ended, or its operation is not known yet.
    pub(crate) fn operation(&self, socket: Socket, call: u64) -> Option<&str> {
        self.annotator.dissectors.get(socket.recording)?.as_ref()?.operation(socket.sock, call)
    }

    /// Returns the number of bytes that TLS encryption adds to each TLS record of the connection, if known.
    pub(crate) fn expansion(&self, socket: Socket) -> Option<Expansion> {
        self.annotator.dissectors.get(socket.recording)?.as_ref()?.expansion(socket.sock)
    }

    /// Returns the next event. On [`Next::Pending`], call [`wait`](Self::wait) and try again.
    ///
    /// # Errors
    /// If a trace cannot be read.
    pub fn next_or_pending(&mut self) -> Result<Next<AnnotatedEvent>, Error> {
        loop {
            if let Some(call) = self.annotator.packet_calls.as_mut().and_then(VecDeque::pop_front) {
                return Ok(Next::Event(call));
            }
            let annotated = match self.timeline.next_or_pending()? {
                Next::Event(timed) => self.annotator.annotate(timed),
                Next::Pending => return Ok(Next::Pending),
                Next::End => return Ok(Next::End),
            };
            let is_packet = matches!(annotated.timed.event.op, Op::Packet(_));
            if !is_packet || self.annotator.packet_calls.is_none() {
                return Ok(Next::Event(annotated));
            }
        }
    }

    /// Returns the next event of complete traces, or `None` at their end.
    ///
    /// # Errors
    /// If a trace cannot be read.
    pub fn next_event(&mut self) -> Result<Option<AnnotatedEvent>, Error> {
        match self.next_or_pending()? {
            Next::Event(annotated) => Ok(Some(annotated)),
            Next::Pending | Next::End => Ok(None),
        }
    }

    /// Passes each event of complete traces to `consume`, in order. The traces are read on a second thread, and their payload
    /// is dissected on a third. Not to be used after [`return_packets_as_calls`](Self::return_packets_as_calls).
    ///
    /// # Errors
    /// A trace cannot be read, or `consume` fails.
    pub(crate) fn for_each_ahead<E: From<Error>>(
        &mut self,
        consume: impl FnMut(&AnnotatedEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        debug_assert!(self.annotator.packet_calls.is_none(), "packets are passed as packets");
        for_each_mapped_ahead(&mut self.timeline, &mut self.annotator, consume)
    }

    /// Waits for more events in files that recorders are still writing; see [`Timeline::wait`].
    ///
    /// # Errors
    /// If a file cannot be inspected, or has become shorter.
    pub fn wait(&mut self) -> Result<(), Error> {
        self.timeline.wait()
    }

    /// Reports that all recorders were flushed; see [`Timeline::settle`].
    ///
    /// # Errors
    /// A file cannot be inspected, or has become shorter.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.timeline.settle()
    }
}

impl Annotator {
    /// Annotates the next event of the recordings. The calls that a packet shows are added to `packet_calls`.
    fn annotate(&mut self, timed: TimedEvent) -> AnnotatedEvent {
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

    fn original(annotated: AnnotatedEvent) -> TimedEvent {
        annotated.timed
    }

    fn size(annotated: &AnnotatedEvent) -> usize {
        let fields =
            |part: &Part| part.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let texts = annotated.parts.iter().map(|part| part.text.len() + fields(part));
        Timeline::size(&annotated.timed) + texts.sum::<usize>()
    }
}
