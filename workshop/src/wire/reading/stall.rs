//! The responses that a lost segment stalled.

use serde::Serialize;

use super::recording::StepRecording;
use crate::wire::lab::api::Api;

/// The effect of one dropped segment on the calls that were made at once.
#[derive(Clone, Debug, Serialize)]
pub struct Stall {
    /// The API.
    pub api: Api,
    /// Number of connections.
    pub connections: usize,
    /// Number of calls at once.
    pub calls: usize,
    /// Number of calls on the connection of the dropped segment whose response was complete only after the segment had
    /// been sent again and had arrived.
    pub stalled: usize,
    /// Time from the loss to the arrival of the retransmission, in nanoseconds.
    pub repair_ns: u64,
}

impl Stall {
    /// Finds the effect of the dropped segment. `None` if not exactly one was dropped, or if it was not sent again.
    #[must_use]
    pub fn of(recording: &StepRecording) -> Option<Self> {
        let mut dropped = recording.packets.iter().filter(|packet| packet.dropped.is_some());
        let (Some(lost), None) = (dropped.next(), dropped.next()) else { return None };
        let seq = lost.segment.as_ref()?.seq;
        let repair = recording.packets.iter().find(|packet| {
            let same = packet.segment.as_ref().is_some_and(|segment| segment.seq == seq);
            same && packet.is_retransmission
                && packet.client == lost.client
                && packet.to_server == lost.to_server
        })?;
        let arrived = repair.arrived?;
        let mut clients: Vec<_> = recording.packets.iter().map(|packet| packet.client).collect();
        clients.sort_unstable();
        clients.dedup();
        Some(Self {
            api: recording.api,
            connections: clients.len(),
            calls: recording.exchanges.len(),
            stalled: recording
                .exchanges
                .iter()
                .filter(|exchange| exchange.client == Some(lost.client) && exchange.ended >= arrived)
                .count(),
            repair_ns: arrived.saturating_sub(lost.sent),
        })
    }
}
