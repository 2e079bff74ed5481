//! The cause that limited the sending of one end of a connection: application, peer or network.

use serde::Serialize;
use socket_tap::close::TcpSample;
use socket_tap::format::Side;

use super::side_name;
use crate::send_limits::{self, Limit};
use crate::units::{milliseconds, plural};

/// The cause that limited the sending of one end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sending {
    /// The sending end.
    #[serde(serialize_with = "side_name::serialize")]
    pub side: Side,
    /// The cause that limited the sending for the longest time; `None` if unknown.
    pub limit: Option<Limit>,
    /// `true` if the recording has the kernel's times of this end.
    pub has_data: bool,
    /// A sentence about it.
    pub text: String,
}

/// The kernel's last data about the sending of one end.
#[derive(Clone, Debug, Default)]
pub(super) struct SendData {
    sending: Option<send_limits::Sending>,
    /// State in the last sample: unsent bytes and unacknowledged segments.
    queued: Option<(u32, u32)>,
    round_trip_us: Option<u32>,
}

impl SendData {
    /// Adds a sample, and what it shows about the sending.
    pub(super) fn observe(&mut self, sample: Option<&TcpSample>, sending: Option<send_limits::Sending>) {
        self.round_trip_us = sample.map(|sample| sample.rtt_us).filter(|us| *us > 0).or(self.round_trip_us);
        self.queued = sample.map(|sample| (sample.unsent, sample.unacked)).or(self.queued);
        self.sending = sending.or(self.sending);
    }

    /// Returns the round-trip time in nanoseconds, if known.
    pub(super) fn round_trip(&self) -> Option<u64> {
        self.round_trip_us.map(|us| u64::from(us) * 1_000)
    }

    /// Returns the sentence about the sending of `side`.
    pub(super) fn finish(&self, side: Side) -> Sending {
        let time = self.sending.map(|sending| sending.total);
        let limit = time.and_then(|time| time.limit());
        Sending { side, limit, has_data: time.is_some(), text: self.text(side, limit) }
    }

    fn text(&self, side: Side, limit: Option<Limit>) -> String {
        let name = side.name();
        let Some(sending) = self.sending else {
            return format!(
                "What limited the {name}'s sending is unknown: the recording has no times of TCP_INFO."
            );
        };
        let time = sending.total;
        let busy = time.peer_us + time.send_buffer_us + time.network_us;
        let ms = |us: u64| milliseconds(us.saturating_mul(1_000));
        let mut text = match limit {
            None => format!(
                "What limited the {name}'s sending is unknown: {} with data to send is below the kernel's resolution.",
                ms(busy)
            ),
            Some(Limit::Application) => format!(
                "The application limited the {name}'s sending: it had nothing to send for {}, and data for {}.",
                ms(time.application_us.unwrap_or(0)),
                ms(busy)
            ),
            Some(Limit::Peer) => format!(
                "The peer limited the {name}'s sending: its receive window was full for {} of {} with data to send.",
                ms(time.peer_us),
                ms(busy)
            ),
            Some(Limit::SendBuffer) => format!(
                "The send buffer limited the {name}'s sending for {} of {} with data to send.",
                ms(time.send_buffer_us),
                ms(busy)
            ),
            Some(Limit::Network) => format!(
                "The network limited the {name}'s sending: data was on its way for {} of {} with data to send.",
                ms(time.network_us),
                ms(busy)
            ),
        };
        if time.retransmits > 0 {
            text += &format!(" Retransmitted: {}.", plural(time.retransmits.into(), "segment"));
        }
        if let Some((unsent, unacked)) = self.queued.filter(|(unsent, _)| *unsent > 0) {
            text += &format!(" At the end {unsent} B were unsent and {unacked} segments unacknowledged.");
        }
        text
    }
}
