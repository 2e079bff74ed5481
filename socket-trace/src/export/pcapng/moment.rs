//! An event on its way to packets.

use std::fmt;
use std::time::Duration;

use socket_tap::event::{Event, Op, SockId};

use super::capture::Capture;
use super::notes::Notes;
use super::recording::Recording;

/// An event that packets come of, and what is needed to make them.
pub(super) struct Moment<'a> {
    pub(super) capture: &'a mut Capture,
    pub(super) notes: &'a mut Notes,
    pub(super) recording: &'a Recording,
    pub(super) at: Duration,
    pub(super) event: &'a Event,
    pub(super) sock: SockId,
    /// Its line in the trace.
    pub(super) line: u64,
}

impl Moment<'_> {
    /// When the call was made, where the trace says so; otherwise when it returned.
    pub(super) fn began(&self) -> Duration {
        match &self.event.op {
            Op::Connect { began: Some(began), .. } => {
                self.at.saturating_sub(Duration::from_nanos(self.event.t.saturating_sub(*began)))
            }
            _ => self.at,
        }
    }

    /// The comment of a packet that is no call's own.
    pub(super) fn synthesised(&self) -> String {
        let call = self.event.op.name();
        let call = if self.event.error.is_some() { format!("the failed {call}") } else { call.to_owned() };
        format!("synthesised from {call}{}", self.place())
    }

    /// Where in the trace it is: `, #2, line 17`.
    pub(super) fn place(&self) -> Place {
        Place { sock: self.sock, line: self.line }
    }
}

/// Where in a trace an event is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    sock: SockId,
    line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", #{}, line {}", self.sock, self.line)
    }
}
