//! Counts for each named step of a recording.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use crate::socket::{Role, Socket};

/// The step of a recording that names none.
pub const WHOLE: &str = "whole recording";

/// What one step put on the sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name.
    pub name: String,
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
    #[serde(skip)]
    first_bytes: Vec<u64>,
}

/// How many first bytes are kept to find their median: beyond it, the first ones stand for all.
const MOST_FIRST_BYTES: usize = 4_096;

impl Step {
    fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Takes in one event.
    pub fn observe(&mut self, event: &Event, side: Side) {
        if event.error.is_some() {
            return;
        }
        match &event.op {
            Op::Accept { .. } | Op::Connect { .. } => self.connections += 1,
            Op::Adopt { kind, .. } if kind == "stream" => self.connections += 1,
            Op::RecvFrom(datagram) => {
                self.reads += 1;
                *self.received(side) += datagram.bytes;
            }
            Op::SendTo(datagram) => {
                self.writes += 1;
                *self.sent(side) += datagram.bytes;
            }
            Op::Read(transfer) if transfer.bytes > 0 => {
                self.reads += 1;
                add(self.received(side), transfer.bytes);
            }
            Op::Write(transfer) if transfer.bytes > 0 => {
                self.writes += 1;
                add(self.sent(side), transfer.bytes);
            }
            _ => {}
        }
    }

    /// Takes in a connection that has ended.
    pub fn ended(&mut self, socket: &Socket, side: Side) {
        if !matches!(socket.role(side), Role::Accepted | Role::Connected) {
            return;
        }
        if let Some(who) = socket.spoke_first(side) {
            *self.spoke_first.entry(who).or_default() += 1;
        }
        if let Some(who) = socket.ended_by(side) {
            *self.ended_by.entry(who).or_default() += 1;
        }
        if self.first_bytes.len() < MOST_FIRST_BYTES {
            self.first_bytes.extend(socket.first_byte_ns(side));
        }
    }

    fn received(&mut self, side: Side) -> &mut u64 {
        match side {
            Side::Server => &mut self.to_server,
            Side::Client => &mut self.to_client,
        }
    }

    fn sent(&mut self, side: Side) -> &mut u64 {
        match side {
            Side::Server => &mut self.to_client,
            Side::Client => &mut self.to_server,
        }
    }

    fn is_empty(&self) -> bool {
        self.connections == 0 && self.reads == 0 && self.writes == 0 && self.ended_by.is_empty()
    }
}

/// What a trace says may be anything: a sum stops at the most that there is.
fn add(sum: &mut u64, bytes: u64) {
    *sum = sum.saturating_add(bytes);
}

/// The steps of a recording, in order. A step that comes again goes on.
#[derive(Debug)]
pub struct Steps {
    steps: Vec<Step>,
    /// Where each is, by its name.
    by_name: HashMap<String, usize>,
    now: usize,
}

impl Default for Steps {
    fn default() -> Self {
        let by_name = HashMap::from([(WHOLE.to_owned(), 0)]);
        Self { steps: vec![Step::new(WHOLE.to_owned())], by_name, now: 0 }
    }
}

impl Steps {
    /// The step with that name begins.
    pub fn begin(&mut self, name: &str) {
        self.now = self.by_name.get(name).copied().unwrap_or_else(|| {
            self.steps.push(Step::new(name.to_owned()));
            self.by_name.insert(name.to_owned(), self.steps.len() - 1);
            self.steps.len() - 1
        });
    }

    /// The step that runs.
    pub fn now(&mut self) -> &mut Step {
        &mut self.steps[self.now]
    }

    /// All that have anything to show.
    #[must_use]
    pub fn finish(self) -> Vec<Step> {
        let named = self.steps.len() > 1;
        let mut steps: Vec<Step> = self.steps.into_iter().filter(|step| !step.is_empty()).collect();
        for step in &mut steps {
            step.first_bytes.sort_unstable();
            step.first_byte_ns = step.first_bytes.get(step.first_bytes.len() / 2).copied();
            if named && step.name == WHOLE {
                "before the first step".clone_into(&mut step.name);
            }
        }
        steps
    }
}
