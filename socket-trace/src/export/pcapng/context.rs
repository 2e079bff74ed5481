//! An event with the state needed to export it.

use std::fmt;
use std::time::{Duration, SystemTime};

use socket_tap::event::{Event, Gap, Op, SockId};
use socket_tap::format::{Header, Side};

use super::capture::Capture;
use super::notes::Notes;

/// Sender of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The recorded program.
    Local,
    /// The other side.
    Remote,
}

impl Sender {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Local => Self::Remote,
            Self::Remote => Self::Local,
        }
    }
}

/// The recording that is being exported.
#[derive(Debug)]
pub(super) struct Recording {
    /// Index of the recording, from 0.
    pub(super) number: u32,
    pub(super) side: Side,
    pub(super) has_payload: bool,
    /// Start of the recording, since 1970.
    pub(super) started: Duration,
    /// Time of the last event, since 1970.
    pub(super) last: Duration,
    /// Number of events missing so far.
    pub(super) lost: u64,
    /// Number of received bytes missing so far.
    pub(super) lost_rx: u64,
    /// Number of sent bytes missing so far.
    pub(super) lost_tx: u64,
}

impl Recording {
    pub(super) fn new(number: u32, header: &Header) -> Self {
        // The notes report a header without a start.
        let started = start_time(header).unwrap_or_default();
        let (side, has_payload) = (header.side, header.capture > 0);
        Self { number, side, has_payload, started, last: started, lost: 0, lost_rx: 0, lost_tx: 0 }
    }

    /// Adds the missing events of a gap.
    pub(super) fn add_gap(&mut self, gap: &Gap) {
        self.lost = self.lost.saturating_add(gap.events());
        self.lost_rx = self.lost_rx.saturating_add(gap.rx);
        self.lost_tx = self.lost_tx.saturating_add(gap.tx);
    }
}

/// Returns the start of a recording, since 1970.
pub(super) fn start_time(header: &Header) -> Option<Duration> {
    humantime::parse_rfc3339(&header.started).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()
}

/// An event, and the state needed to export it.
pub(super) struct EventContext<'a> {
    pub(super) capture: &'a mut Capture,
    pub(super) notes: &'a mut Notes,
    pub(super) recording: &'a Recording,
    pub(super) at: Duration,
    pub(super) event: &'a Event,
    pub(super) sock: SockId,
    /// Line of the event in the trace.
    pub(super) line: u64,
}

impl EventContext<'_> {
    /// Returns the time of the call if the trace contains it, else that of its return.
    pub(super) fn began(&self) -> Duration {
        match &self.event.op {
            Op::Connect { began: Some(began), .. } => {
                self.at.saturating_sub(Duration::from_nanos(self.event.t.saturating_sub(*began)))
            }
            _ => self.at,
        }
    }

    /// Returns the comment for a packet that is added.
    pub(super) fn synthesised(&self) -> String {
        let call = self.event.op.name();
        let call = if self.event.error.is_some() { format!("the failed {call}") } else { call.to_owned() };
        format!("synthesised from {call}{}", self.place())
    }

    /// Returns the position in the trace, formatted as `, #2, line 17`.
    pub(super) fn place(&self) -> Place {
        Place { sock: self.sock, line: self.line }
    }
}

/// Position of an event in a trace.
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
