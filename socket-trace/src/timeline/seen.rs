//! Each event with its context: its connection, its step, and the data it transferred.

use std::rc::Rc;

use super::connections::{Connection, Connections, Socket};
use super::step::Steps;
use super::{Moment, Next, Timeline};
use crate::reader::Error;
use socket_dissect::{Contracts, Dissector, Expansion, Part};

/// Iterates over a time line, adding the context of each event.
#[derive(Debug)]
pub struct Walk {
    timeline: Timeline,
    connections: Connections,
    steps: Steps,
    /// A dissector for each recording with payload.
    dissectors: Vec<Option<Dissector>>,
}

/// An event with its context.
#[derive(Debug)]
pub struct Seen {
    /// The event.
    pub moment: Moment,
    /// Connection of the event's socket.
    pub connection: Option<Rc<Connection>>,
    /// Name of the event's step.
    pub step: Option<Rc<str>>,
    /// Parts of the transferred data; empty without payload.
    pub carried: Vec<Part>,
}

/// The next item of a [`Walk`].
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and almost all are events")]
pub enum Sight {
    /// An event.
    Seen(Seen),
    /// Nothing yet: [`wait`](Walk::wait) and try again.
    Pending,
    /// The end of all traces.
    End,
}

impl Walk {
    /// Starts at the first event.
    #[must_use]
    pub fn along(timeline: Timeline) -> Self {
        Self::with_contracts(timeline, &Contracts::default())
    }

    /// Starts as [`along`](Self::along) does, with `contracts` to decode gRPC messages by instead of the bookshelf's.
    #[must_use]
    pub fn with_contracts(timeline: Timeline, contracts: &Contracts) -> Self {
        let dissectors = timeline.recordings().iter().map(|recording| {
            let has_payload = recording.header.capture > 0;
            has_payload.then(|| Dissector::with_contracts(recording.header.side, contracts.clone()))
        });
        let (dissectors, connections) = (dissectors.collect(), Connections::default());
        Self { steps: Steps::default(), timeline, connections, dissectors }
    }

    /// Returns the time line.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Returns the time line, after its last event was read.
    #[must_use]
    pub fn into_timeline(self) -> Timeline {
        self.timeline
    }

    /// Returns the operation of an open call, if it is known yet.
    pub(crate) fn operation(&self, socket: Socket, call: u64) -> Option<&str> {
        self.dissectors.get(socket.recording)?.as_ref()?.operation(socket.sock, call)
    }

    /// Returns the overhead of an encrypted record of the connection, if it is known.
    pub(crate) fn expansion(&self, socket: Socket) -> Option<Expansion> {
        self.dissectors.get(socket.recording)?.as_ref()?.expansion(socket.sock)
    }

    /// Returns the next event, if there is one yet.
    ///
    /// # Errors
    /// A trace cannot be read further.
    pub fn look(&mut self) -> Result<Sight, Error> {
        let moment = match self.timeline.next_moment()? {
            Next::Moment(moment) => moment,
            Next::Pending => return Ok(Sight::Pending),
            Next::End => return Ok(Sight::End),
        };
        let recording = moment.recording;
        let side = self.timeline.recordings().get(recording).map(|recording| recording.header.side);
        let connection = side.and_then(|side| self.connections.observe(recording, side, &moment.event));
        let dissector = self.dissectors.get_mut(recording).and_then(Option::as_mut);
        let carried = dissector.map_or_else(Vec::new, |dissector| {
            let carried = dissector.observe(&moment.event);
            // The dissector keeps finished calls until they are fetched; nothing here needs them.
            dissector.finished();
            carried
        });
        let step = self.steps.observe(recording, &moment.event);
        Ok(Sight::Seen(Seen { moment, connection, step, carried }))
    }

    /// Returns the next event of complete traces; `None` at their end.
    ///
    /// # Errors
    /// A trace cannot be read further.
    pub fn next_seen(&mut self) -> Result<Option<Seen>, Error> {
        match self.look()? {
            Sight::Seen(seen) => Ok(Some(seen)),
            Sight::Pending | Sight::End => Ok(None),
        }
    }

    /// Waits for growing files to grow, as [`Timeline::wait`] does.
    ///
    /// # Errors
    /// A file cannot be checked.
    pub fn wait(&mut self) -> Result<(), Error> {
        self.timeline.wait()
    }

    /// Declares that all recorders have written, as [`Timeline::settle`] does.
    ///
    /// # Errors
    /// A file cannot be checked.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.timeline.settle()
    }
}
