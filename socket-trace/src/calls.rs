//! What calls cost: the first of each connection, and each later one.

use serde::Serialize;
use socket_tap::format::Side;

use crate::median::Median;
use crate::spent::{Bytes, Moved, Spent};
use socket_dissect::{Budget, Call, Part};

/// Sums over calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// How many.
    pub count: u64,
    /// Reads that carried some of a call; one that carries parts of two counts in both.
    pub reads: u64,
    /// Writes that carried some of a call, counted alike.
    pub writes: u64,
    /// What their bytes are spent on.
    #[serde(flatten)]
    pub spent: Spent,
    /// From a request's first byte to the first byte of its answer, in nanoseconds: the median. `None` when none was
    /// answered.
    pub first_byte_ns: Option<u64>,
    #[serde(skip)]
    first_bytes: Median,
}

impl Calls {
    /// Takes in a call, on that side of its connection.
    pub(crate) fn add(&mut self, call: &Call, side: Side) {
        self.count += 1;
        self.reads += reads(call, side);
        self.writes += writes(call, side);
        self.spent.to_server.add_all(&Bytes::from(&call.to_server));
        self.spent.to_client.add_all(&Bytes::from(&call.to_client));
        self.first_bytes.add(first_byte_ns(call));
    }

    /// Takes in what belongs to the calls' connection.
    pub(crate) fn add_connection(&mut self, connection: &Overhead) {
        self.reads += connection.reads;
        self.writes += connection.writes;
        self.spent.add_all(&connection.spent);
    }

    pub(crate) fn finish(&mut self) {
        self.first_byte_ns = self.first_bytes.get();
    }
}

/// What passes on a connection and belongs to none of its calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overhead {
    /// Reads that carried nothing else.
    pub(crate) reads: u64,
    /// Writes that carried nothing else.
    pub(crate) writes: u64,
    pub(crate) spent: Spent,
}

impl Overhead {
    /// Takes in the parts of a read or write that belong to no call.
    pub(crate) fn add(&mut self, moved: Moved, parts: &[Part]) {
        self.spent.way(moved).add_parts(parts.iter().filter(|part| part.call.is_none()));
        if parts.iter().all(|part| part.call.is_none()) {
            let count = if moved.is_read { &mut self.reads } else { &mut self.writes };
            *count += 1;
        }
    }
}

/// Calls by their place on their connection: what a new connection costs, and what keeping it saves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The first of each connection, together with what its opening and its end take.
    pub first: Calls,
    /// Each later one, together with what the connection takes between calls.
    pub later: Calls,
}

impl Cost {
    /// How many calls.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.first.count + self.later.count
    }

    /// What all are spent on.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let mut spent = self.first.spent;
        spent.add_all(&self.later.spent);
        spent
    }

    pub(crate) fn finish(&mut self) {
        self.first.finish();
        self.later.finish();
    }
}

/// How many reads of that side carried some of the call.
#[must_use]
pub fn reads(call: &Call, side: Side) -> u64 {
    let Budget { transfers, .. } = match side {
        Side::Server => &call.to_server,
        Side::Client => &call.to_client,
    };
    *transfers
}

/// How many writes of that side carried some of the call.
#[must_use]
pub fn writes(call: &Call, side: Side) -> u64 {
    let Budget { transfers, .. } = match side {
        Side::Server => &call.to_client,
        Side::Client => &call.to_server,
    };
    *transfers
}

/// From the first byte of the request to the first byte of the answer, in nanoseconds.
#[must_use]
pub fn first_byte_ns(call: &Call) -> Option<u64> {
    call.answered.map(|answered| answered.saturating_sub(call.began))
}
