//! Assertions on recordings, for automated tests.
//!
//! # Layout
//!
//! - [`Assertion`]: a condition on recordings
//! - [`limits`]: finds the API calls that exceed a limit, while a trace is read
//! - `checks`: checks one trace against one assertion
//! - [`judge`]: the outcome of each assertion on all traces, with its violations
//! - [`evidence`]: looks up the events that prove a violation

mod checks;
pub mod evidence;
pub mod judge;
pub mod limits;

use socket_tap::format::Side;

use crate::summary;
use crate::units::{milliseconds, plural};
use socket_dissect::Call;

/// A condition that recordings must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// All traces show the same call patterns, such as `socket, connect, write, read, close`.
    SamePrimitives,
    /// No connection ends with a reset, another error such as a timeout, or an abort by the recorded program.
    CleanEnds,
    /// The measured value of each API call is at most this limit, e.g. `Max(Measure::ReadsPerCall, 1)`.
    /// [`Measure::Connections`] is measured for each step instead. A limit on a time is in nanoseconds.
    Max(Measure, u64),
}

/// A quantity that an assertion can limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Number of connections that one step opens.
    Connections,
    /// Number of reads in which the recorded side received bytes of one API call.
    ReadsPerCall,
    /// Number of writes in which the recorded side sent bytes of one API call.
    WritesPerCall,
    /// Number of bytes of one API call, in both directions together.
    BytesPerCall,
    /// Nanoseconds from the first byte of a request to the first byte of its response.
    FirstByte,
}

impl Assertion {
    /// Returns the name of the assertion: `max-connections` for the flag `--max-connections 3`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SamePrimitives => "same-primitives",
            Self::CleanEnds => "clean-ends",
            Self::Max(Measure::Connections, _) => "max-connections",
            Self::Max(Measure::ReadsPerCall, _) => "max-reads-per-call",
            Self::Max(Measure::WritesPerCall, _) => "max-writes-per-call",
            Self::Max(Measure::BytesPerCall, _) => "max-bytes-per-call",
            Self::Max(Measure::FirstByte, _) => "max-first-byte",
        }
    }

    /// Returns the limit of the assertion, if it has one. A limit on a time is in nanoseconds.
    #[must_use]
    pub fn limit(self) -> Option<u64> {
        match self {
            Self::Max(_, limit) => Some(limit),
            Self::SamePrimitives | Self::CleanEnds => None,
        }
    }
}

impl Measure {
    /// Measures an API call in a recording made by `side`. `None` for [`Connections`](Self::Connections),
    /// which is measured for each step, and for [`FirstByte`](Self::FirstByte) if the call has no response.
    #[must_use]
    pub fn of(self, call: &Call, side: Side) -> Option<u64> {
        match self {
            Self::Connections => None,
            Self::ReadsPerCall => Some(summary::reads(call, side)),
            Self::WritesPerCall => Some(summary::writes(call, side)),
            Self::BytesPerCall => Some(call.to_server.total().saturating_add(call.to_client.total())),
            Self::FirstByte => summary::first_byte_ns(call),
        }
    }

    /// Formats a limit: `3` for a number of reads, writes or connections, `100 B` for bytes, and a time in
    /// milliseconds.
    #[must_use]
    pub fn limit(self, limit: u64) -> String {
        match self {
            Self::Connections | Self::ReadsPerCall | Self::WritesPerCall => limit.to_string(),
            Self::BytesPerCall | Self::FirstByte => self.format(limit),
        }
    }

    /// Formats a measured value with its unit, such as `3 connections` or `100 B`.
    #[must_use]
    pub fn format(self, value: u64) -> String {
        match self {
            Self::Connections => plural(value, "connection"),
            Self::ReadsPerCall => plural(value, "read"),
            Self::WritesPerCall => plural(value, "write"),
            Self::BytesPerCall => format!("{value} B"),
            Self::FirstByte => milliseconds(value),
        }
    }
}
