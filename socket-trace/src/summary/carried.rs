//! What the reads and writes of a recording with payload carried, summed up.

use std::collections::HashMap;
use std::mem;

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::encrypted::Encrypted;
use super::{EachCall, EndedCall};
use crate::by_name::ByName;
use crate::calls::Overhead;
use crate::operation::{Operation, name};
use crate::spent::Moved;
use crate::step::Steps;
use socket_dissect::{Call, Class, Dissector, Layer, Part};

/// The sums so far.
pub(super) struct Carried {
    side: Side,
    dissector: Dissector,
    /// Those that are open.
    connections: HashMap<SockId, Connection>,
    encrypted: Encrypted,
    operations: ByName<Operation>,
    /// Bytes of connections that are closed, and not known.
    unknown: u64,
}

/// What an event moved, and where.
#[derive(Clone, Copy)]
pub(super) struct Transfer {
    /// The side of the connection that recorded it.
    pub(super) side: Side,
    /// `None` for an event that moved nothing.
    pub(super) moved: Option<Moved>,
    /// The step does not count it.
    pub(super) beside: bool,
}

/// What is told of a whole recording.
#[derive(Default)]
pub(super) struct Told {
    pub(super) operations: Vec<Operation>,
    /// Bytes of streams that are not known.
    pub(super) unknown: u64,
}

/// A connection, and what of it is not counted yet.
struct Connection {
    side: Side,
    /// Bytes that are not known, or encrypted.
    unknown: u64,
    /// Another stream is above it, and tells what it carries.
    is_below: bool,
    /// What has passed since a call ended, and belongs to none.
    overhead: Overhead,
    /// Where its first call is counted, once that has ended.
    first: Option<Place>,
}

/// Where a call is counted.
#[derive(Clone, Copy)]
struct Place {
    step: usize,
    operation: usize,
}

impl Carried {
    pub(super) fn new(side: Side) -> Self {
        let operations = ByName::new("other operations");
        let (dissector, connections) = (Dissector::new(side), HashMap::new());
        Self { side, dissector, connections, encrypted: Encrypted::default(), operations, unknown: 0 }
    }

    /// Takes in one event.
    pub(super) fn observe(
        &mut self,
        event: &Event,
        transfer: Transfer,
        steps: &mut Steps,
        each_call: EachCall<'_>,
    ) {
        let parts = self.dissector.observe(event);
        let Transfer { side, moved, beside } = transfer;
        if let Some(moved) = moved.filter(|_| !beside) {
            steps.now().spend(moved, &parts);
        }
        if let (Some(sock), Some(moved)) = (event.sock, moved.filter(|_| !parts.is_empty())) {
            self.connection(sock, side).add(moved, &parts);
        }
        if let (Some(sock), Some(moved)) = (event.sock, moved) {
            self.encrypted.moved(sock, moved.to_server, &parts, steps);
        }
        if let (Op::Adopt { on: Some(below), .. }, Some(sock)) = (&event.op, event.sock) {
            let below = *below;
            self.encrypted.adopt(sock, below);
            self.connection(below, side).is_below = true;
        }
        for call in self.dissector.finished() {
            self.count(&call, steps, each_call);
        }
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.encrypted.closed(sock, steps);
            if let Some(connection) = self.connections.remove(&sock) {
                self.closed(&connection, steps);
            }
        }
    }

    fn connection(&mut self, sock: SockId, side: Side) -> &mut Connection {
        self.connections.entry(sock).or_insert_with(|| Connection::new(side))
    }

    /// A call counts where it ends, and so does what the connection took since the call before. What comes before the
    /// first has ended is of the first.
    fn count(&mut self, call: &Call, steps: &mut Steps, each_call: EachCall<'_>) {
        let operation = self.operations.index(&name(&call.operation), Operation::new);
        let place = Place { step: steps.index(), operation };
        let connection = self.connection(call.sock, self.side);
        let side = connection.side;
        let is_first = call.number == 0;
        if is_first {
            connection.first = Some(place);
        }
        let overhead = match connection.first {
            Some(_) => mem::take(&mut connection.overhead),
            None => Overhead::default(),
        };
        each_call(EndedCall { step: &steps.now().name, side, call });
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            let calls = if is_first { &mut cost.first } else { &mut cost.later };
            calls.add(call, side);
            calls.add_connection(&overhead);
        }
    }

    /// What comes after the last call is of the first, too: it is what a connection costs, however many calls it has.
    fn closed(&mut self, connection: &Connection, steps: &mut Steps) {
        if !connection.is_below {
            self.unknown = self.unknown.saturating_add(connection.unknown);
        }
        let Some(place) = connection.first else { return };
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            cost.first.add_connection(&connection.overhead);
        }
    }

    /// The calls and connections that are still open count as they are.
    pub(super) fn finish(mut self, steps: &mut Steps, each_call: EachCall<'_>) -> Told {
        self.encrypted.finish(steps);
        let dissector = mem::replace(&mut self.dissector, Dissector::new(self.side));
        for call in dissector.open() {
            self.count(&call, steps, each_call);
        }
        for connection in mem::take(&mut self.connections).into_values() {
            self.closed(&connection, steps);
        }
        let mut operations = self.operations.into_values();
        operations.iter_mut().for_each(|operation| operation.calls.finish());
        Told { operations, unknown: self.unknown }
    }
}

impl Connection {
    fn new(side: Side) -> Self {
        Self { side, unknown: 0, is_below: false, overhead: Overhead::default(), first: None }
    }

    fn add(&mut self, moved: Moved, parts: &[Part]) {
        self.overhead.add(moved, parts);
        for part in parts.iter().filter(|part| hides_calls(part)) {
            self.unknown = self.unknown.saturating_add(part.bytes);
        }
    }
}

/// Whether calls may be in the part that nobody can see.
fn hides_calls(part: &Part) -> bool {
    part.class == Class::Unknown || (part.layer == Layer::Tls && part.class == Class::Payload)
}
