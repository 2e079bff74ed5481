//! Totals of each step of a recording: the events from one mark to the next.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_dissect::{Class, Part};
use socket_tap::event::Event;
use socket_tap::format::Side;

use super::byte_breakdown::ByteBreakdown;
use super::call_cost::CallCost;
use super::capped_map::CappedMap;
use super::data_transfer::DataTransfer;
use super::median::Median;
use super::role::Role;
use super::socket_history::{SocketHistory, opens_connection};

/// Name of the only step of a recording without marks.
pub const WHOLE_RECORDING: &str = "whole recording";

/// Name of the step for events before the first mark of a recording.
pub const BEFORE_FIRST_STEP: &str = "before the first step";

/// Totals of the events between two marks, which the program set to divide its recording into steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Name of the step, as in its mark.
    pub name: String,
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
}

impl Step {
    fn new(name: String) -> Self {
        Self { name, ..Self::default() }
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
    current: usize,
    /// `true` from a mark to the first event after it.
    is_new: bool,
}

impl Steps {
    pub(super) fn new() -> Self {
        let mut steps = CappedMap::new("other steps");
        let current = steps.index(WHOLE_RECORDING, Step::new);
        Self { steps, current, is_new: false }
    }

    /// Begins or continues the step with this name.
    pub(super) fn begin(&mut self, name: &str) {
        self.current = self.steps.index(name, Step::new);
        self.is_new = true;
    }

    /// Returns the index of the current step.
    pub(super) fn current_index(&self) -> usize {
        self.current
    }

    /// Returns the current step, so that the caller can add an event to it. If this is the first event after
    /// a mark, increments the step's `times`.
    pub(super) fn current(&mut self) -> &mut Step {
        let step = self.steps.at(self.current);
        step.times += u64::from(std::mem::take(&mut self.is_new));
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
