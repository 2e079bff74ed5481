//! The recording that is being exported.

use std::time::{Duration, SystemTime};

use socket_tap::event::Gap;
use socket_tap::format::{Header, Side};

/// Sender of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The program that recorded.
    Us,
    /// Its peer.
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
    /// Index of the recording, from 0.
    pub(super) number: u32,
    pub(super) side: Side,
    pub(super) has_payload: bool,
    /// Start of the recording, as time since 1970.
    pub(super) started: Duration,
    /// Time of the last event, since 1970.
    pub(super) last: Duration,
    /// Number of events that are missing so far, according to the gaps.
    pub(super) lost: u64,
    /// Number of bytes of the missing reads.
    pub(super) lost_rx: u64,
    /// Number of bytes of the missing writes.
    pub(super) lost_tx: u64,
}

impl Recording {
    pub(super) fn new(number: u32, header: &Header) -> Self {
        // The notes mention a recording without a valid start time.
        let started = began(header).unwrap_or_default();
        let (side, has_payload) = (header.side, header.capture > 0);
        Self { number, side, has_payload, started, last: started, lost: 0, lost_rx: 0, lost_tx: 0 }
    }

    /// Adds a gap.
    pub(super) fn lose(&mut self, gap: &Gap) {
        self.lost = self.lost.saturating_add(gap.events());
        self.lost_rx = self.lost_rx.saturating_add(gap.rx);
        self.lost_tx = self.lost_tx.saturating_add(gap.tx);
    }
}

/// Returns the start of a recording as time since 1970, if its header has a valid one.
pub(super) fn began(header: &Header) -> Option<Duration> {
    humantime::parse_rfc3339(&header.started).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()
}
