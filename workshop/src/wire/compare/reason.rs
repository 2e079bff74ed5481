//! The reason for an outlier, read from the recording.

use serde::Serialize;

use super::parts::{PARTS, Part};
use super::seen_call::{Recovery, SeenCall};

/// The reason for the largest part of an outlier's excess over the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The SYN or the SYN ACK was lost, and sent again after a timeout.
    SynTimeout,
    /// A segment of the call was lost, and a timer made its sender send it again.
    RetransmissionTimeout,
    /// A segment of the call was lost, and sent again after selective acknowledgments had reported it.
    FastRetransmit,
    /// The bytes of the call had to wait for a lost segment of another call on the same connection.
    HeadOfLine,
    /// The call waited for earlier calls.
    Queue,
    /// The network delivered a packet late, because this machine was busy.
    LatePacket,
    /// The call arrived late, because this machine was busy.
    LateArrival,
    /// The server read the request, or the client the response, long after it had arrived.
    LateRead,
    /// The client's program took long to send the request, or to read the response.
    Client,
    /// The server's program took long.
    Server,
    /// Several of the last five together: this machine was busy.
    Busy,
    /// The recording does not tell.
    Unknown,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 12] = [
        Self::SynTimeout,
        Self::RetransmissionTimeout,
        Self::FastRetransmit,
        Self::HeadOfLine,
        Self::Queue,
        Self::LatePacket,
        Self::LateArrival,
        Self::LateRead,
        Self::Client,
        Self::Server,
        Self::Busy,
        Self::Unknown,
    ];

    /// Returns the reason for the part that exceeds its median the most, if it explains at least half of the excess.
    /// Otherwise the local delays may do so together.
    #[must_use]
    pub fn of(seen: &SeenCall, usual: &[u64; PARTS], excess: u64) -> Self {
        let over = |((part, duration), usual): ((Part, u64), &u64)| {
            let over = duration.saturating_sub(*usual);
            (part_reason(part, seen, over), over)
        };
        let parts: Vec<(Reason, u64)> = seen.durations.parts().into_iter().zip(usual).map(over).collect();
        let local = parts.iter().filter(|(reason, _)| reason.is_local()).map(|(_, over)| over).sum::<u64>();
        match parts.iter().max_by_key(|(_, over)| *over) {
            Some((reason, over)) if *over >= excess / 2 => *reason,
            _ if local >= excess / 2 => Reason::Busy,
            _ => Reason::Unknown,
        }
    }

    /// Returns `true` for a delay in this machine, not in the network.
    #[must_use]
    pub fn is_local(self) -> bool {
        matches!(
            self,
            Self::LatePacket | Self::LateArrival | Self::LateRead | Self::Client | Self::Server | Self::Busy
        )
    }

    /// Returns the code in JSON and CSV.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SynTimeout => "syn_timeout",
            Self::RetransmissionTimeout => "retransmission_timeout",
            Self::FastRetransmit => "fast_retransmit",
            Self::HeadOfLine => "head_of_line",
            Self::Queue => "queue",
            Self::LatePacket => "late_packet",
            Self::LateArrival => "late_arrival",
            Self::LateRead => "late_read",
            Self::Client => "client",
            Self::Server => "server",
            Self::Busy => "busy",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the words in the table and in the plot.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::SynTimeout => "SYN lost, sent again after a timeout",
            Self::RetransmissionTimeout => "segment lost, sent again after a timeout",
            Self::FastRetransmit => "segment lost, fast retransmit",
            Self::HeadOfLine => "behind a lost segment of another call",
            Self::Queue => "queued behind earlier calls",
            Self::LatePacket => "busy machine: packet delivered late",
            Self::LateArrival => "busy machine: call arrived late",
            Self::LateRead => "busy machine: bytes read late",
            Self::Client => "client's program",
            Self::Server => "server's program",
            Self::Busy => "busy machine: several delays",
            Self::Unknown => "unknown",
        }
    }
}

/// Returns the reason for a part that exceeds its median.
fn part_reason(part: Part, seen: &SeenCall, over: u64) -> Reason {
    let transit = |recovery: Option<Recovery>, late_ns: u64| match recovery {
        Some(Recovery { is_foreign: true, .. }) => Reason::HeadOfLine,
        Some(Recovery { is_fast: true, .. }) => Reason::FastRetransmit,
        Some(_) => Reason::RetransmissionTimeout,
        None if late_ns >= over / 2 => Reason::LatePacket,
        None => Reason::Unknown,
    };
    match part {
        Part::Arrival => Reason::LateArrival,
        Part::Queue => Reason::Queue,
        Part::Handshake if seen.has_repeated_syn => Reason::SynTimeout,
        Part::Handshake => Reason::LatePacket,
        Part::Request => transit(seen.request, seen.request_late_ns),
        Part::Response => transit(seen.response, seen.response_late_ns),
        Part::ServerRead | Part::ClientRead => Reason::LateRead,
        Part::Client | Part::Receive => Reason::Client,
        Part::Server => Reason::Server,
    }
}
