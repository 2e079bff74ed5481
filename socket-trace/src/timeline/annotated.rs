//! The events of a time line, each with its connection, its step and the dissected parts of its data.

use socket_dissect::{Contracts, Detail, Expansion};
use socket_tap::event::Op;

use super::annotated_event::AnnotatedEvent;
use super::annotator::Annotator;
use super::connections::Socket;
use super::merge::Timeline;
use super::next::Next;
use crate::pipeline::for_each_mapped;
use crate::reader::Error;

/// The events of a time line, each with its connection, its step and the dissected parts of its data.
#[derive(Debug)]
pub struct AnnotatedEvents {
    timeline: Timeline,
    annotator: Annotator,
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
        let annotator = Annotator::new(timeline.recordings(), contracts);
        Self { timeline, annotator }
    }

    /// Sets how much of each message the parts of an event contain.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.annotator = self.annotator.with_detail(detail);
        self
    }

    /// Returns calls of a server in place of packets, if the time line has only packets: the reads and writes that show what the
    /// packets carried. Their sockets have the numbers of the connections.
    pub(crate) fn return_packets_as_calls(&mut self) {
        self.annotator.return_packets_as_calls();
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
        self.annotator.operation(socket, call)
    }

    /// Returns the number of bytes that TLS encryption adds to each TLS record of the connection, if known.
    pub(crate) fn expansion(&self, socket: Socket) -> Option<Expansion> {
        self.annotator.expansion(socket)
    }

    /// Returns the next event. On [`Next::Pending`], call [`wait`](Self::wait) and try again.
    ///
    /// # Errors
    /// If a trace cannot be read.
    pub fn next_or_pending(&mut self) -> Result<Next<AnnotatedEvent>, Error> {
        loop {
            if let Some(call) = self.annotator.next_call() {
                return Ok(Next::Event(call));
            }
            let annotated = match self.timeline.next_or_pending()? {
                Next::Event(timed) => self.annotator.annotate(timed),
                Next::Pending => return Ok(Next::Pending),
                Next::End => return Ok(Next::End),
            };
            let is_packet = matches!(annotated.timed.event.op, Op::Packet(_));
            if !is_packet || !self.annotator.returns_packets_as_calls() {
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

    /// Passes each event of complete traces to `consume`, in order. Several threads read, dissect and consume events at once;
    /// `consume` is called by one of them at a time. Not to be used after [`return_packets_as_calls`](Self::return_packets_as_calls).
    ///
    /// # Errors
    /// A trace cannot be read, or `consume` fails.
    pub(crate) fn for_each<E: From<Error> + Send>(
        &mut self,
        consume: impl FnMut(&AnnotatedEvent) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        debug_assert!(!self.annotator.returns_packets_as_calls(), "packets are passed as packets");
        for_each_mapped(&mut self.timeline, &mut self.annotator, consume)
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
