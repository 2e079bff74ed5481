//! Collects totals that need recorded payload: bytes by class, and the cost of API calls.

use std::collections::HashMap;
use std::mem;

use socket_dissect::{Call, Class, Dissector, Layer, Part};
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::call_cost::ConnectionOverhead;
use super::capped_map::CappedMap;
use super::data_transfer::DataTransfer;
use super::encrypted::Encrypted;
use super::operation::{Operation, operation_name};
use super::step::Steps;

/// An API call that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedCall<'a> {
    /// Name of the step (the time from one mark to the next) in which the API call ended.
    pub step: &'a str,
    /// Recorded side of the connection on which the API call was made.
    pub side: Side,
    /// The API call that has ended.
    pub call: &'a Call,
}

/// A callback that receives each API call once the call has ended.
pub type OnCall<'a> = &'a mut (dyn FnMut(EndedCall<'_>) + Send);

/// Collects the totals of a recording that need its payload.
pub(super) struct PayloadStats {
    side: Side,
    dissector: Dissector,
    /// The open connections, by their socket.
    connections: HashMap<SockId, Connection>,
    encrypted: Encrypted,
    operations: CappedMap<Operation>,
    /// Number of bytes of closed connections that could not be dissected.
    unknown: u64,
}

/// Direction and size of the data that an event transferred, and how the data is counted.
#[derive(Clone, Copy)]
pub(super) struct ClassifiedTransfer {
    /// Recorded end of the connection: client or server.
    pub(super) side: Side,
    /// Direction and size of the data; `None` for an event without data.
    pub(super) transfer: Option<DataTransfer>,
    /// `true` if the event must not be counted in the totals of steps. An example is a read from a TLS
    /// stream: the read from the TCP socket below it is counted already.
    pub(super) is_uncounted: bool,
}

/// Totals over the whole recording that are computed from the payload.
#[derive(Default)]
pub(super) struct PayloadTotals {
    pub(super) operations: Vec<Operation>,
    /// Number of stream bytes that could not be dissected.
    pub(super) unknown: u64,
}

/// An open connection. Its bytes that belong to no API call are collected in `overhead`, and added to the
/// cost of the next call that ends. Bytes after the last call are added to the cost of the first call.
struct Connection {
    side: Side,
    /// Number of bytes that could not be dissected or are encrypted.
    unknown: u64,
    /// `true` if a recorded stream on top of this connection, such as TLS, carries the same data in
    /// plaintext.
    is_below: bool,
    /// Reads, writes and bytes since the end of the last API call that belong to no API call.
    overhead: ConnectionOverhead,
    /// Step and operation for which the first API call of the connection was counted; `None` until that call
    /// ends.
    first_call: Option<Place>,
}

/// Indices of the step and the operation for which an API call is counted.
#[derive(Clone, Copy)]
struct Place {
    step: usize,
    operation: usize,
}

impl PayloadStats {
    pub(super) fn new(side: Side) -> Self {
        Self {
            side,
            dissector: Dissector::new(side),
            connections: HashMap::new(),
            encrypted: Encrypted::default(),
            operations: CappedMap::new("other operations"),
            unknown: 0,
        }
    }

    /// Adds an event and the dissected parts of its data.
    pub(super) fn observe(
        &mut self,
        event: &Event,
        transfer: ClassifiedTransfer,
        steps: &mut Steps,
        on_call: OnCall<'_>,
    ) {
        let parts = self.dissector.observe(event);
        let ClassifiedTransfer { side, transfer, is_uncounted } = transfer;
        if let Some(transfer) = transfer.filter(|_| !is_uncounted) {
            steps.current().add_parts(transfer, &parts);
        }
        if let (Some(sock), Some(transfer)) = (event.sock, transfer) {
            if !parts.is_empty() {
                self.connection(sock, side).add(transfer, &parts);
            }
            self.encrypted.transfer(sock, transfer.to_server, &parts, steps);
        }
        if let (Op::Adopt { on: Some(below), .. }, Some(sock)) = (&event.op, event.sock) {
            let below = *below;
            self.encrypted.adopt(sock, below);
            self.connection(below, side).is_below = true;
        }
        for call in self.dissector.take_finished() {
            self.count_call(&call, steps, on_call);
        }
        if let (Op::Close(_) | Op::Release(_), Some(sock)) = (&event.op, event.sock) {
            self.encrypted.close(sock, steps);
            if let Some(connection) = self.connections.remove(&sock) {
                self.count_closed(&connection, steps);
            }
        }
    }

    fn connection(&mut self, sock: SockId, side: Side) -> &mut Connection {
        self.connections.entry(sock).or_insert_with(|| Connection::new(side))
    }

    /// Counts an API call in the step in which it ended. Its cost includes the bytes since the end of the
    /// previous call that belong to no call.
    fn count_call(&mut self, call: &Call, steps: &mut Steps, on_call: OnCall<'_>) {
        let name = operation_name(&call.operation);
        let place =
            Place { step: steps.current_index(), operation: self.operations.index(&name, Operation::new) };
        let connection = self.connection(call.sock, self.side);
        let side = connection.side;
        let is_first = call.number == 0;
        if is_first {
            connection.first_call = Some(place);
        }
        let overhead = match connection.first_call {
            Some(_) => mem::take(&mut connection.overhead),
            None => ConnectionOverhead::default(),
        };
        steps.at(place.step).add_call(call, &name);
        on_call(EndedCall { step: &steps.at(place.step).name, side, call });
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            let totals = if is_first { &mut cost.first } else { &mut cost.later };
            totals.add(call, side);
            totals.add_overhead(&overhead);
        }
    }

    /// Adds the bytes after the last API call to the cost of the connection's first API call, since closing a
    /// connection costs the same after any number of calls.
    fn count_closed(&mut self, connection: &Connection, steps: &mut Steps) {
        if !connection.is_below {
            self.unknown = self.unknown.saturating_add(connection.unknown);
        }
        let Some(place) = connection.first_call else { return };
        for cost in [&mut steps.at(place.step).calls, &mut self.operations.at(place.operation).calls] {
            cost.first.add_overhead(&connection.overhead);
        }
    }

    /// Counts the API calls and connections that are still open when the trace ends, and returns the totals.
    pub(super) fn finish(mut self, steps: &mut Steps, on_call: OnCall<'_>) -> PayloadTotals {
        self.encrypted.finish(steps);
        let dissector = mem::replace(&mut self.dissector, Dissector::new(self.side));
        for call in dissector.into_open_calls() {
            self.count_call(&call, steps, on_call);
        }
        for connection in mem::take(&mut self.connections).into_values() {
            self.count_closed(&connection, steps);
        }
        let mut operations = self.operations.into_values();
        operations.iter_mut().for_each(|operation| operation.calls.finish());
        PayloadTotals { operations, unknown: self.unknown }
    }
}

impl Connection {
    fn new(side: Side) -> Self {
        Self { side, unknown: 0, is_below: false, overhead: ConnectionOverhead::default(), first_call: None }
    }

    fn add(&mut self, transfer: DataTransfer, parts: &[Part]) {
        self.overhead.add(transfer, parts);
        for part in parts.iter().filter(|part| may_contain_calls(part)) {
            self.unknown = self.unknown.saturating_add(part.bytes);
        }
    }
}

/// Returns `true` if the bytes of the part are encrypted, or could not be dissected. Such bytes possibly
/// contain API calls.
fn may_contain_calls(part: &Part) -> bool {
    part.class == Class::Unknown || (part.layer == Layer::Tls && part.class == Class::Payload)
}
