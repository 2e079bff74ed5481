//! Counts for each named step of a recording.

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::event::Event;
use socket_tap::format::Side;

use crate::by_name::ByName;
use crate::calls::Cost;
use crate::median::Median;
use crate::socket::{Role, Socket, opens_connection};
use crate::spent::{Moved, Spent};
use socket_dissect::{Class, Part};

/// The step of a recording that names none.
pub const WHOLE: &str = "whole recording";

/// What comes before the first step of a recording that names some.
pub const BEFORE: &str = "before the first step";

/// What one step put on the sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How often it was begun and something happened in it: what follows is all of that together. 0 for what has no mark.
    pub times: u64,
    /// Connections that were opened.
    pub connections: u64,
    /// Reads that brought bytes, and datagrams received.
    pub reads: u64,
    /// Writes that took bytes, and datagrams sent.
    pub writes: u64,
    /// Bytes from the client to the server.
    pub to_server: u64,
    /// Bytes from the server to the client.
    pub to_client: u64,
    /// From the client's first byte to the server's first, in nanoseconds: the median over connections. `None` when
    /// the server spoke first.
    pub first_byte_ns: Option<u64>,
    /// Who spoke first, and on how many connections.
    pub spoke_first: BTreeMap<&'static str, u64>,
    /// Who ended connections, and how many.
    pub ended_by: BTreeMap<&'static str, u64>,
    /// What the bytes were spent on: all of `to_server` and `to_client`. `None` for a recording without payload.
    pub spent: Option<Spent>,
    /// What the calls cost that ended in it; none are known of a recording without payload.
    pub calls: Cost,
    #[serde(skip)]
    first_bytes: Median,
}

impl Step {
    fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Takes in one event, and what it moved.
    pub(crate) fn observe(&mut self, event: &Event, moved: Option<Moved>) {
        if let Some(moved) = moved {
            return self.moved(moved);
        }
        self.connections += u64::from(opens_connection(event));
    }

    fn moved(&mut self, moved: Moved) {
        let sum = if moved.to_server { &mut self.to_server } else { &mut self.to_client };
        // What a trace says may be anything: a sum stops at the most that there is.
        *sum = sum.saturating_add(moved.bytes);
        let count = if moved.is_read { &mut self.reads } else { &mut self.writes };
        *count += 1;
    }

    /// Takes in what a read or write was spent on.
    pub(crate) fn spend(&mut self, moved: Moved, parts: &[Part]) {
        let way = self.spent.get_or_insert_default().way(moved);
        way.add_parts(parts);
        // A dissection that leaves something over leaves it unknown.
        let told = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.bytes));
        way.add(Class::Unknown, moved.bytes.saturating_sub(told));
    }

    /// Counts payload as bytes of that class: it is known better now what they are.
    pub(crate) fn recount(&mut self, to_server: bool, class: Class, bytes: u64) {
        let Some(spent) = &mut self.spent else { return };
        let way = if to_server { &mut spent.to_server } else { &mut spent.to_client };
        let bytes = bytes.min(way.payload);
        way.take(Class::Payload, bytes);
        way.add(class, bytes);
    }

    /// Takes in a connection that has ended.
    pub(crate) fn ended(&mut self, socket: &Socket, side: Side) {
        if !matches!(socket.role(side), Role::Accepted | Role::Connected) {
            return;
        }
        if let Some(who) = socket.spoke_first(side) {
            *self.spoke_first.entry(who).or_default() += 1;
        }
        if let Some(who) = socket.ended_by(side) {
            *self.ended_by.entry(who).or_default() += 1;
        }
        self.first_bytes.add(socket.first_byte_ns(side));
    }

    fn is_empty(&self) -> bool {
        let Self { connections, reads, writes, ended_by, calls, .. } = self;
        *connections == 0 && *reads == 0 && *writes == 0 && ended_by.is_empty() && calls.count() == 0
    }

    fn finish(&mut self) {
        self.first_byte_ns = self.first_bytes.get();
        self.calls.finish();
    }
}

/// The steps of a recording, in order. A step that comes again goes on.
#[derive(Debug)]
pub(crate) struct Steps {
    steps: ByName<Step>,
    now: usize,
    /// Nothing has happened in it yet.
    is_new: bool,
}

impl Steps {
    pub(crate) fn new() -> Self {
        let mut steps = ByName::new("other steps");
        let now = steps.index(WHOLE, Step::new);
        Self { steps, now, is_new: false }
    }

    /// The step with that name begins.
    pub(crate) fn begin(&mut self, name: &str) {
        self.now = self.steps.index(name, Step::new);
        self.is_new = true;
    }

    /// Where the step is that runs.
    pub(crate) fn index(&self) -> usize {
        self.now
    }

    /// The step that runs, and in which something has happened.
    pub(crate) fn now(&mut self) -> &mut Step {
        let step = self.steps.at(self.now);
        step.times += u64::from(std::mem::take(&mut self.is_new));
        step
    }

    /// The step there.
    pub(crate) fn at(&mut self, index: usize) -> &mut Step {
        self.steps.at(index)
    }

    /// All that have anything to show.
    pub(crate) fn finish(self) -> Vec<Step> {
        let mut steps = self.steps.into_values();
        let named = steps.len() > 1;
        steps.retain(|step| !step.is_empty());
        for step in &mut steps {
            step.finish();
            if named && step.name == WHOLE {
                BEFORE.clone_into(&mut step.name);
            }
        }
        steps
    }
}
