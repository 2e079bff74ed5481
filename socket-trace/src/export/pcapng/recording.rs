//! The recording that is being exported, and the numbers of its missing events and bytes so far.

use std::time::Duration;

use socket_tap::event::Gap;
use socket_tap::format::{Header, Side};

use crate::timeline::started;

/// The endpoint that sends a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The recorded program.
    Local,
    /// The peer of the recorded program.
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
    /// Index of the recording in the export, from 0.
    pub(super) number: u32,
    pub(super) side: Side,
    pub(super) has_payload: bool,
    /// Start time of the recording, as the time since the Unix epoch.
    pub(super) started: Duration,
    /// Time of the last event, as the time since the Unix epoch.
    pub(super) last: Duration,
    /// Number of events missing from the trace so far, according to its `gap` events.
    pub(super) lost: u64,
    /// Number of received bytes missing from the trace so far, according to its `gap` events.
    pub(super) lost_rx: u64,
    /// Number of sent bytes missing from the trace so far, according to its `gap` events.
    pub(super) lost_tx: u64,
}

impl Recording {
    pub(super) fn new(number: u32, header: &Header) -> Self {
        // The notes report a header without a start.
        let started = started(header).unwrap_or_default();
        let (side, has_payload) = (header.side, header.capture > 0);
        Self { number, side, has_payload, started, last: started, lost: 0, lost_rx: 0, lost_tx: 0 }
    }

    /// Adds the missing events and bytes of a `gap` event to the totals of the recording.
    pub(super) fn add_gap(&mut self, gap: &Gap) {
        self.lost = self.lost.saturating_add(gap.events());
        self.lost_rx = self.lost_rx.saturating_add(gap.rx);
        self.lost_tx = self.lost_tx.saturating_add(gap.tx);
    }
}
