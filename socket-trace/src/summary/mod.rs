//! One trace, read once. What is kept does not grow with the trace's length: sockets that are closed are forgotten.
//!
//! # Layout
//!
//! - [`Summary`]: what a trace comes to
//! - `doubt`: why a trace proves nothing
//! - `sums`: the one pass over its events
//! - `carried`: what its reads and writes carried, when payload was recorded
//! - `encrypted`: what of it was encrypted, where a tap above TLS has seen it

mod carried;
mod doubt;
mod encrypted;
mod sums;

use std::collections::BTreeMap;

use serde::Serialize;
use socket_tap::event::SockId;
use socket_tap::format::Side;

pub use doubt::Doubt;
pub(crate) use doubt::doubts;

use crate::operation::Operation;
use crate::reader::{Error, Trace};
use crate::socket::Role;
use crate::step::Step;
use socket_dissect::Call;
use sums::Sums;

/// What a trace comes to.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Where it was read from.
    pub source: String,
    /// What the recording is called.
    pub name: String,
    /// What it is called beside others: its name, or its file when another has the same.
    pub label: String,
    /// Which side recorded.
    #[serde(serialize_with = "crate::json::side")]
    pub side: Side,
    /// The program that recorded.
    pub program: String,
    /// Event lines.
    pub events: u64,
    /// Events that the recorder had no room for.
    pub lost: u64,
    /// Connections that are still open.
    pub open: u64,
    /// Connections that ended with a reset, an error or an abort of ours; `None` when there are none.
    pub unclean: Option<Seen>,
    /// Whether payload was recorded, so that what the bytes were spent on can be told.
    pub payload: bool,
    /// Why the trace proves nothing; empty for a whole one.
    pub doubts: Vec<Doubt>,
    /// The skeletons of its sockets.
    pub skeletons: BTreeMap<Role, BTreeMap<String, Seen>>,
    /// The counts of its steps.
    pub steps: Vec<Step>,
    /// What its calls cost, by what they call; none are known of a recording without payload.
    pub operations: Vec<Operation>,
    /// Bytes of a recording with payload that are not known: more calls may be in them.
    pub unknown: u64,
}

/// Sockets that have something in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// How many.
    pub sockets: u64,
    /// One of them, to look for in the trace.
    pub first: SockId,
}

/// Whether a trace may end without an end line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// It must be complete.
    Ended,
    /// It goes on while we read.
    UnderWay,
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedCall<'a> {
    /// The step that runs.
    pub step: &'a str,
    /// The side of its connection that recorded.
    pub side: Side,
    /// The call.
    pub call: &'a Call,
}

/// What is done with each call as it ends.
pub type EachCall<'a> = &'a mut dyn FnMut(EndedCall<'_>);

impl Summary {
    /// Reads the whole trace.
    ///
    /// # Errors
    /// When it is not a trace.
    pub fn of(trace: Trace, recording: Recording) -> Result<Self, Error> {
        Self::with_calls(trace, recording, &mut |_| {})
    }

    /// Reads the whole trace, and hands out each of its calls: as it ends, and at the end those that are open.
    ///
    /// # Errors
    /// When it is not a trace.
    pub fn with_calls(
        mut trace: Trace,
        recording: Recording,
        each_call: EachCall<'_>,
    ) -> Result<Self, Error> {
        let mut sums = Sums::new(trace.header(), each_call);
        while let Some(event) = trace.next_event()? {
            sums.observe(&event);
        }
        Ok(sums.finish(&trace, recording))
    }
}

#[cfg(test)]
mod tests;
