//! What the reads and writes of a recording with payload carried, summed up.

use std::collections::HashMap;
use std::mem;

use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::EachCall;
use crate::by_name::ByName;
use crate::calls::Overhead;
use crate::dissect::{Call, Dissector};
use crate::operation::{Operation, name};
use crate::spent::Moved;
use crate::step::Steps;

/// The sums so far.
pub(super) struct Carried {
    side: Side,
    dissector: Dissector,
    /// Those that are open.
    connections: HashMap<SockId, Connection>,
    operations: ByName<Operation>,
}

/// A connection, and what of it is not counted yet.
#[derive(Default)]
struct Connection {
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
        Self { side, dissector: Dissector::new(side), connections: HashMap::new(), operations }
    }

    /// Takes in one event, and what it moved. The step counts the bytes, unless they are `beside` it.
    pub(super) fn observe(
        &mut self,
        event: &Event,
        moved: Option<Moved>,
        beside: bool,
        steps: &mut Steps,
        each_call: EachCall<'_>,
    ) {
        let parts = self.dissector.observe(event);
        if let Some(moved) = moved {
            if !beside {
                steps.now().spend(moved, &parts, self.side);
            }
            if !parts.is_empty() {
                let connection = self.connections.entry(event.sock).or_default();
                connection.overhead.add(moved, &parts, self.side);
            }
        }
        for call in self.dissector.finished() {
            each_call(&steps.now().name, &call);
            self.count(&call, steps);
        }
        if matches!(event.op, Op::Close(_) | Op::Release(_))
            && let Some(connection) = self.connections.remove(&event.sock)
        {
            self.closed(&connection, steps);
        }
    }

    /// A call counts where it ends, and so does what the connection took since the call before. What comes before the
    /// first has ended is of the first.
    fn count(&mut self, call: &Call, steps: &mut Steps) {
        let operation = self.operations.index(&name(&call.operation), Operation::new);
        let place = Place { step: steps.index(), operation };
        let connection = self.connections.entry(call.sock).or_default();
        let is_first = call.number == 0;
        if is_first {
            connection.first = Some(place);
        }
        let overhead = match connection.first {
            Some(_) => mem::take(&mut connection.overhead),
            None => Overhead::default(),
        };
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            let calls = if is_first { &mut cost.first } else { &mut cost.later };
            calls.add(call, self.side);
            calls.add_connection(&overhead);
        }
    }

    /// What comes after the last call is of the first, too: it is what a connection costs, however many calls it has.
    fn closed(&mut self, connection: &Connection, steps: &mut Steps) {
        let Some(place) = connection.first else { return };
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            cost.first.add_connection(&connection.overhead);
        }
    }

    /// The calls and connections that are still open count as they are.
    pub(super) fn finish(mut self, steps: &mut Steps, each_call: EachCall<'_>) -> Vec<Operation> {
        let dissector = mem::replace(&mut self.dissector, Dissector::new(self.side));
        for call in dissector.open() {
            each_call(&steps.now().name, &call);
            self.count(&call, steps);
        }
        for connection in mem::take(&mut self.connections).into_values() {
            self.closed(&connection, steps);
        }
        let mut operations = self.operations.into_values();
        operations.iter_mut().for_each(|operation| operation.calls.finish());
        operations
    }
}
