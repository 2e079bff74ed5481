//! An event on its way to packets.

use std::fmt;
use std::time::{Duration, SystemTime};

use socket_tap::event::{Event, Gap, Op, SockId};
use socket_tap::format::{Header, Side};

use super::capture::Capture;
use super::notes::Notes;

/// Who sends a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The program that recorded.
    Us,
    /// The other side.
    Them,
}

impl Sender {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Us => Self::Them,
            Self::Them => Self::Us,
        }
    }
}

/// The recording that is being exported.
#[derive(Debug)]
pub(super) struct Recording {
    /// Which one, from 0.
    pub(super) number: u32,
    pub(super) side: Side,
    pub(super) has_payload: bool,
    /// When it began, and when its last event was: since 1970.
    pub(super) started: Duration,
    pub(super) last: Duration,
    /// Events that its gaps say are missing so far, and the bytes of reads and writes among them.
    pub(super) lost: u64,
    pub(super) lost_rx: u64,
    pub(super) lost_tx: u64,
}

impl Recording {
    pub(super) fn new(number: u32, header: &Header) -> Self {
        // One that does not say when it began is told by the notes.
        let started = began(header).unwrap_or_default();
        let (side, has_payload) = (header.side, header.capture > 0);
        Self { number, side, has_payload, started, last: started, lost: 0, lost_rx: 0, lost_tx: 0 }
    }

    /// Takes in a gap.
    pub(super) fn lose(&mut self, gap: &Gap) {
        self.lost = self.lost.saturating_add(gap.events());
        self.lost_rx = self.lost_rx.saturating_add(gap.rx);
        self.lost_tx = self.lost_tx.saturating_add(gap.tx);
    }
}

/// When a recording began, since 1970.
pub(super) fn began(header: &Header) -> Option<Duration> {
    humantime::parse_rfc3339(&header.started).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()
}

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
