//! Each event with what is known of it by those before: its connection, its step, and what it carried.

use std::rc::Rc;

use super::connections::{Connection, Connections, Socket};
use super::step::Steps;
use super::{Moment, Next, Timeline};
use crate::reader::Error;
use socket_dissect::{Contracts, Dissector, Expansion, Part};

/// Goes along a time line.
#[derive(Debug)]
pub struct Walk {
    timeline: Timeline,
    connections: Connections,
    steps: Steps,
    /// One for each recording that has payload.
    dissectors: Vec<Option<Dissector>>,
}

/// An event in its context.
#[derive(Debug)]
pub struct Seen {
    /// The event.
    pub moment: Moment,
    /// The connection of its socket.
    pub connection: Option<Rc<Connection>>,
    /// The name of the step that it is in.
    pub step: Option<Rc<str>>,
    /// The parts of what it carried; empty without payload.
    pub carried: Vec<Part>,
}

/// What comes next on the way.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and almost all are events")]
pub enum Sight {
    /// An event.
    Seen(Seen),
    /// Nothing yet: [`wait`](Walk::wait), and look again.
    Pending,
    /// Nothing any more.
    End,
}

impl Walk {
    /// Begins at the beginning.
    #[must_use]
    pub fn along(timeline: Timeline) -> Self {
        Self::with_contracts(timeline, &Contracts::default())
    }

    /// As [`along`](Self::along), with other contracts than the bookshelf's to read gRPC messages by.
    #[must_use]
    pub fn with_contracts(timeline: Timeline, contracts: &Contracts) -> Self {
        let dissectors = timeline.recordings().iter().map(|recording| {
            let has_payload = recording.header.capture > 0;
            has_payload.then(|| Dissector::with_contracts(recording.header.side, contracts.clone()))
        });
        let (dissectors, connections) = (dissectors.collect(), Connections::default());
        Self { steps: Steps::default(), timeline, connections, dissectors }
    }

    /// The time line.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The time line, when the way is over.
    #[must_use]
    pub fn into_timeline(self) -> Timeline {
        self.timeline
    }

    /// What an open call calls, as far as it is known.
    pub(crate) fn operation(&self, socket: Socket, call: u64) -> Option<&str> {
        self.dissectors.get(socket.recording)?.as_ref()?.operation(socket.sock, call)
    }

    /// What an encrypted record of that connection has besides its data, when it is known.
    pub(crate) fn expansion(&self, socket: Socket) -> Option<Expansion> {
        self.dissectors.get(socket.recording)?.as_ref()?.expansion(socket.sock)
    }

    /// What comes next.
    ///
    /// # Errors
    /// When a trace cannot be read on.
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
            // It keeps calls until somebody asks for them, and nobody will.
            dissector.finished();
            carried
        });
        let step = self.steps.observe(recording, &moment.event);
        Ok(Sight::Seen(Seen { moment, connection, step, carried }))
    }

    /// The next event of traces that are whole; `None` at their end.
    ///
    /// # Errors
    /// When a trace cannot be read on.
    pub fn next_seen(&mut self) -> Result<Option<Seen>, Error> {
        match self.look()? {
            Sight::Seen(seen) => Ok(Some(seen)),
            Sight::Pending | Sight::End => Ok(None),
        }
    }

    /// See [`Timeline::wait`].
    ///
    /// # Errors
    /// When a file cannot be looked at.
    pub fn wait(&mut self) -> Result<(), Error> {
        self.timeline.wait()
    }

    /// See [`Timeline::settle`].
    ///
    /// # Errors
    /// When a file cannot be looked at.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.timeline.settle()
    }
}
