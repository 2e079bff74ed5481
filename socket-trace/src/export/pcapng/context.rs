//! The event that is being exported, with its recording, the pcapng file, and the notes for the user.

use std::fmt;
use std::time::Duration;

use socket_tap::event::{Event, Op, SockId};

use super::capture::Capture;
use super::notes::Notes;
use super::recording::Recording;

/// The event that is being exported, with its recording, the pcapng file, and the notes for the user.
pub(super) struct EventContext<'a> {
    pub(super) capture: &'a mut Capture,
    pub(super) notes: &'a mut Notes,
    pub(super) recording: &'a Recording,
    pub(super) at: Duration,
    pub(super) event: &'a Event,
    pub(super) sock: SockId,
    /// Line number of the event in the trace file.
    pub(super) line: u64,
}

impl EventContext<'_> {
    /// Returns the time at which the socket call began. If the trace lacks that time, returns the time at
    /// which the call returned.
    pub(super) fn began(&self) -> Duration {
        match &self.event.op {
            Op::Connect { began: Some(began), .. } => {
                self.at.saturating_sub(Duration::from_nanos(self.event.t.saturating_sub(*began)))
            }
            _ => self.at,
        }
    }

    /// Returns the comment for a packet that the export derives from the event, such as a SYN:
    /// `synthesised from connect, #2, line 17`.
    pub(super) fn synthesised(&self) -> String {
        let call = self.event.op.name();
        let call = if self.event.error.is_some() { format!("the failed {call}") } else { call.to_owned() };
        format!("synthesised from {call}{}", self.place())
    }

    /// Returns the socket and line number of the event, formatted as `, #2, line 17`.
    pub(super) fn place(&self) -> Place {
        Place { sock: self.sock, line: self.line }
    }
}

/// Socket and line number of an event, displayed as `, #2, line 17`.
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
