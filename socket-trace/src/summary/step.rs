//! Totals of each step of a recording: the events from one mark to the next.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use socket_dissect::{Call, Class, Part};
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;

use super::byte_breakdown::ByteBreakdown;
use super::call_cost::CallCost;
use super::capped_map::CappedMap;
use super::data_transfer::DataTransfer;
use super::median::Median;
use super::role::Role;
use super::socket_history::{SocketHistory, opens_connection};
use crate::client_step::{FROM_A_TERMINAL, client_name, name_of_accepted, title};

/// Name of the only step of a recording without marks.
pub const WHOLE_RECORDING: &str = "whole recording";

/// Name of the step for events before the first mark of a recording.
pub const BEFORE_FIRST_STEP: &str = "before the first step";

/// Totals of the events between two marks, which the program set to divide its recording into steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Name of the step, as in its mark. A step that is one connection has the address of its client as its name: see
    /// [`client_step`](crate::client_step).
    pub name: String,
    /// Short name of the client, such as `curl/8.5.0`, if the step is one connection and its client has sent a
    /// `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Number of API calls of each operation that ended in the step. Empty for a recording without payload.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<String, u64>,
    /// Number of times that the program marked the beginning of the step, not counting marks that no event
    /// followed. 0 for events before any mark. The other fields are sums over all these times.
    pub times: u64,
    /// Number of connections that were opened.
    pub connections: u64,
    /// Number of reads that returned bytes, and of datagrams received.
    pub reads: u64,
    /// Number of writes that sent bytes, and of datagrams sent.
    pub writes: u64,
    /// Bytes from the client to the server.
    pub to_server: u64,
    /// Bytes from the server to the client.
    pub to_client: u64,
    /// Time from the client's first byte to the server's first byte, in nanoseconds: the median over the
    /// connections of the step. `None` if the server sent first on all of them.
    pub first_byte_ns: Option<u64>,
    /// Number of connections by the side that sent the first byte: `client` or `server`.
    #[serde(rename = "spoke_first")]
    pub first_sender: BTreeMap<&'static str, u64>,
    /// Number of connections that ended, by cause: `client` or `server` if that side closed the connection
    /// first, else `reset` or `error`.
    pub ended_by: BTreeMap<&'static str, u64>,
    /// The bytes of `to_server` and `to_client`, by class. `None` for a recording without payload.
    #[serde(rename = "spent")]
    pub bytes: Option<ByteBreakdown>,
    /// Cost of the API calls that ended in the step; zero for a recording without payload.
    pub calls: CallCost,
    #[serde(skip)]
    first_byte_samples: Median,
    /// `true` if the step is one connection.
    #[serde(skip)]
    is_connection: bool,
}

/// Maximum number of operations whose calls are counted in a step. A trace may contain any number.
const MAX_OPERATIONS: usize = 100;

/// Maximum number of connections that are steps of their own. Further ones are counted in the step
/// [`FROM_A_TERMINAL`](crate::client_step::FROM_A_TERMINAL).
const MAX_CONNECTION_STEPS: usize = 100;

impl Step {
    fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Returns the title of the step: its name, after that of its client.
    #[must_use]
    pub fn title(&self) -> Cow<'_, str> {
        title(&self.name, self.client.as_deref())
    }

    /// Counts an API call that ended in the step. `operation` is the name under which the call is counted.
    pub(super) fn add_call(&mut self, call: &Call, operation: &str) {
        if let Some(count) = self.operations.get_mut(operation) {
            *count += 1;
        } else if self.operations.len() < MAX_OPERATIONS {
            self.operations.insert(operation.to_owned(), 1);
        }
        if let (Some(user_agent), true) = (&call.user_agent, self.is_connection) {
            self.client.get_or_insert_with(|| client_name(user_agent).to_owned());
        }
    }

    /// Counts an event: the data that it transferred, or the connection that it opened.
    pub(super) fn observe(&mut self, event: &Event, transfer: Option<DataTransfer>) {
        match transfer {
            Some(transfer) => self.add_transfer(transfer),
            None => self.connections += u64::from(opens_connection(event)),
        }
    }

    fn add_transfer(&mut self, transfer: DataTransfer) {
        let sum = if transfer.to_server { &mut self.to_server } else { &mut self.to_client };
        // A trace may contain any number, so the sum saturates.
        *sum = sum.saturating_add(transfer.bytes);
        let count = if transfer.is_read { &mut self.reads } else { &mut self.writes };
        *count += 1;
    }

    /// Adds the dissected parts of a read or write. Bytes that belong to no part count as unknown.
    pub(super) fn add_parts(&mut self, transfer: DataTransfer, parts: &[Part]) {
        let bytes = self.bytes.get_or_insert_default().direction_of(transfer);
        bytes.add_parts(parts);
        let dissected = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.bytes));
        bytes.add(Class::Unknown, transfer.bytes.saturating_sub(dissected));
    }

    /// Moves `bytes` bytes from the payload class to `class`.
    pub(super) fn reclassify_payload(&mut self, to_server: bool, class: Class, bytes: u64) {
        let Some(breakdown) = &mut self.bytes else { return };
        let direction = if to_server { &mut breakdown.to_server } else { &mut breakdown.to_client };
        let bytes = bytes.min(direction.payload);
        direction.subtract(Class::Payload, bytes);
        direction.add(class, bytes);
    }

    /// Counts a connection that has ended. Ignores other sockets, such as listeners.
    pub(super) fn add_ended(&mut self, socket: &SocketHistory, side: Side) {
        if !matches!(socket.role(side), Role::Accepted | Role::Connected) {
            return;
        }
        if let Some(sender) = socket.first_sender(side) {
            *self.first_sender.entry(sender).or_default() += 1;
        }
        if let Some(cause) = socket.ended_by(side) {
            *self.ended_by.entry(cause).or_default() += 1;
        }
        self.first_byte_samples.add(socket.first_byte_ns(side));
    }

    fn is_empty(&self) -> bool {
        let Self { connections, reads, writes, ended_by, calls, .. } = self;
        *connections == 0 && *reads == 0 && *writes == 0 && ended_by.is_empty() && calls.count() == 0
    }

    fn finish(&mut self) {
        self.first_byte_ns = self.first_byte_samples.get();
        self.calls.finish();
    }
}

/// The steps of a recording, in order of first occurrence. A step whose mark occurs again is continued.
#[derive(Debug)]
pub(super) struct Steps {
    steps: CappedMap<Step>,
    /// The step of the last mark.
    marked: usize,
    /// The step of the current event: that of the last mark, or that of the event's connection.
    current: usize,
    /// The open connections that are steps of their own, with the streams on top of them.
    connections: HashMap<SockId, usize>,
    /// Number of connections that were steps of their own.
    connection_steps: usize,
    /// `true` while the last mark is [`FROM_A_TERMINAL`].
    is_from_terminal: bool,
    /// `true` after the first mark [`FROM_A_TERMINAL`].
    is_open_to_terminals: bool,
    /// `true` from a mark to the first event after it.
    is_new: bool,
}

impl Steps {
    pub(super) fn new() -> Self {
        let mut steps = CappedMap::new("other steps");
        let current = steps.index(WHOLE_RECORDING, Step::new);
        Self {
            steps,
            marked: current,
            current,
            connections: HashMap::new(),
            connection_steps: 0,
            is_from_terminal: false,
            is_open_to_terminals: false,
            is_new: false,
        }
    }

    /// Begins or continues the step with this name.
    pub(super) fn begin(&mut self, name: &str) {
        self.marked = self.steps.index(name, Step::new);
        self.current = self.marked;
        self.is_from_terminal = name == FROM_A_TERMINAL;
        self.is_open_to_terminals |= self.is_from_terminal;
        self.is_new = true;
    }

    /// Selects the step of an event: that of its connection, if the connection is a step of its own, else that of the last
    /// mark. `is_unrecorded` is `true` for an accept of a client whose own calls were not recorded.
    pub(super) fn select(&mut self, event: &Event, is_unrecorded: bool) {
        let Some(sock) = event.sock else {
            self.current = self.marked;
            return;
        };
        if let Some(step) = self.begin_connection(event, is_unrecorded) {
            self.connections.insert(sock, step);
        }
        self.current = self.connections.get(&sock).copied().unwrap_or(self.marked);
    }

    /// Returns the step of a connection that the event opens, if it is a step of its own.
    fn begin_connection(&mut self, event: &Event, is_unrecorded: bool) -> Option<usize> {
        if let Op::Adopt { on: Some(below), .. } = &event.op {
            return self.connections.get(below).copied();
        }
        let is_apart = self.is_from_terminal || is_unrecorded && self.is_open_to_terminals;
        let name = name_of_accepted(event).filter(|_| is_apart)?;
        if self.connection_steps >= MAX_CONNECTION_STEPS {
            return Some(self.steps.index(FROM_A_TERMINAL, Step::new));
        }
        self.connection_steps += 1;
        let index = self.steps.index(&name, Step::new);
        let step = self.steps.at(index);
        step.times += 1;
        step.is_connection = step.name == name;
        Some(index)
    }

    /// Forgets the step of a connection that was closed.
    pub(super) fn forget(&mut self, sock: SockId) {
        self.connections.remove(&sock);
    }

    /// Returns the index of the current step.
    pub(super) fn current_index(&self) -> usize {
        self.current
    }

    /// Returns the current step, so that the caller can add an event to it. If this is the first event after
    /// a mark, increments the step's `times`.
    pub(super) fn current(&mut self) -> &mut Step {
        let step = self.steps.at(self.current);
        if self.current == self.marked {
            step.times += u64::from(std::mem::take(&mut self.is_new));
        }
        step
    }

    /// Returns the step at an index that [`current_index`](Self::current_index) returned.
    pub(super) fn at(&mut self, index: usize) -> &mut Step {
        self.steps.at(index)
    }

    /// Returns all steps that have events.
    pub(super) fn finish(self) -> Vec<Step> {
        let mut steps = self.steps.into_values();
        let named = steps.len() > 1;
        steps.retain(|step| !step.is_empty());
        for step in &mut steps {
            step.finish();
            if named && step.name == WHOLE_RECORDING {
                BEFORE_FIRST_STEP.clone_into(&mut step.name);
            }
        }
        steps
    }
}
