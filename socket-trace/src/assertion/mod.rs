//! What must hold of recordings, checked: for a test that runs where nobody looks.
//!
//! # Layout
//!
//! - [`Assertion`]: what must hold
//! - [`watch`]: the calls of a trace that go over a limit, found as it is read
//! - [`judge`]: whether an assertion holds, and what is against it
//! - [`evidence`]: the events that show it

pub mod evidence;
pub mod judge;
pub mod watch;

use socket_tap::format::Side;

use crate::summary::{self, BytesByClass};
use socket_dissect::Call;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// All traces show the same socket primitives.
    SamePrimitives,
    /// No connection ended with a reset, an error, or an abort of ours.
    CleanEnds,
    /// Nothing goes over a limit.
    Max(Measure, u64),
}

/// What has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Connections that a step opens.
    Connections,
    /// Reads that carry some of a call, on the side that recorded.
    ReadsPerCall,
    /// Writes that carry some of a call, on the side that recorded.
    WritesPerCall,
    /// Bytes of a call, both ways.
    BytesPerCall,
    /// Nanoseconds from a request's first byte to the first byte of its answer.
    FirstByte,
}

impl Assertion {
    /// Its name, as on the command line.
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

    /// Its limit; in nanoseconds for a time.
    #[must_use]
    pub fn limit(self) -> Option<u64> {
        match self {
            Self::Max(_, limit) => Some(limit),
            Self::SamePrimitives | Self::CleanEnds => None,
        }
    }
}

impl Measure {
    /// Of a call that this side recorded; `None` when it is no measure of calls, or the call was not answered.
    #[must_use]
    pub fn of(self, call: &Call, side: Side) -> Option<u64> {
        match self {
            Self::Connections => None,
            Self::ReadsPerCall => Some(summary::reads(call, side)),
            Self::WritesPerCall => Some(summary::writes(call, side)),
            Self::BytesPerCall => {
                let [out, back] =
                    [&call.to_server, &call.to_client].map(|budget| BytesByClass::from(budget).total());
                Some(out.saturating_add(back))
            }
            Self::FirstByte => summary::first_byte_ns(call),
        }
    }

    /// A limit, with its unit.
    #[must_use]
    pub fn limit(self, limit: u64) -> String {
        match self {
            Self::Connections | Self::ReadsPerCall | Self::WritesPerCall => limit.to_string(),
            Self::BytesPerCall | Self::FirstByte => self.shown(limit),
        }
    }

    /// So much of it, in words.
    #[must_use]
    pub fn shown(self, value: u64) -> String {
        let plural = |one: &str| format!("{value} {one}{}", if value == 1 { "" } else { "s" });
        match self {
            Self::Connections => plural("connection"),
            Self::ReadsPerCall => plural("read"),
            Self::WritesPerCall => plural("write"),
            Self::BytesPerCall => format!("{value} B"),
            Self::FirstByte => format!("{}.{:03} ms", value / 1_000_000, value / 1_000 % 1_000),
        }
    }
}
