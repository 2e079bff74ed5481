//! Cost of a step over an API: round trips, packets, bytes and time.

use std::collections::HashSet;

use serde::Serialize;
use socket_tap::event::Op;
use socket_tap::format::Side;

use super::recording::{SeenPacket, StepRecording};
use super::round_trips::longest_chain;
use crate::wire::lab::api::Api;

/// The cost of a step over an API.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// The API.
    pub api: Api,
    /// Name of the step.
    pub step: String,
    /// Number of TCP connections that the step used.
    pub connections: usize,
    /// Number of API calls.
    pub calls: usize,
    /// Number of round trips until the client had read the last response.
    pub round_trips: u64,
    /// Time that the packets of these round trips were in flight, in nanoseconds. More than the round-trip times if the
    /// link was slow, or this machine was busy.
    pub in_flight_ns: u64,
    /// Number of packets that both kernels sent, from the first SYN to the last ACK.
    pub segments: usize,
    /// Number of packets without payload.
    pub empty_segments: usize,
    /// Number of bytes of all packets, with the headers of IP and TCP or UDP.
    pub bytes: u64,
    /// Number of payload bytes in the packets. Retransmissions count again.
    pub payload: u64,
    /// Number of packets that repeated sequence numbers.
    pub retransmissions: usize,
    /// Number of packets that the network dropped.
    pub dropped: usize,
    /// Time from the client's first call to the read of the last response, in nanoseconds.
    pub time_ns: u64,
}

/// The cost of further calls on a kept connection.
#[derive(Clone, Debug, Serialize)]
pub struct KeptCost {
    /// The API.
    pub api: Api,
    /// Number of calls after the first.
    pub calls: usize,
    /// Number of round trips of all these calls.
    pub round_trips: u64,
    /// Number of packets.
    pub segments: usize,
    /// Number of bytes of all packets.
    pub bytes: u64,
    /// Time of all these calls, in nanoseconds.
    pub time_ns: u64,
}

impl Cost {
    /// Computes the cost of a recorded step. `None` if the client received no response.
    #[must_use]
    pub fn of(recording: &StepRecording) -> Option<Self> {
        let (from, until) = span(recording)?;
        let sent = || recording.packets.iter().filter(|packet| !packet.is_copy);
        let chain = longest_chain(&recording.packets, from, until);
        Some(Self {
            api: recording.api,
            step: recording.step.clone(),
            connections: connections(&recording.packets),
            calls: recording.exchanges.len().max(1),
            round_trips: chain.round_trips(),
            in_flight_ns: chain.in_flight_ns,
            segments: sent().count(),
            empty_segments: sent().filter(|packet| packet.payload == 0).count(),
            bytes: sent().map(|packet| packet.length).sum(),
            payload: sent().map(|packet| packet.payload).sum(),
            retransmissions: sent().filter(|packet| packet.is_retransmission).count(),
            dropped: sent().filter(|packet| packet.dropped.is_some()).count(),
            time_ns: until - from,
        })
    }
}

impl KeptCost {
    /// Computes the cost of the calls after the first one on a connection. `None` if there are none.
    #[must_use]
    pub fn of(recording: &StepRecording) -> Option<Self> {
        let [_, further @ ..] = recording.exchanges.as_slice() else { return None };
        let (from, until) = (further.first()?.began, further.last()?.ended);
        let sent = || {
            let packets = recording.packets.iter().filter(|packet| !packet.is_copy);
            packets.filter(|packet| (from..until).contains(&packet.sent))
        };
        Some(Self {
            api: recording.api,
            calls: further.len(),
            round_trips: longest_chain(&recording.packets, from, until).round_trips(),
            segments: sent().count(),
            bytes: sent().map(|packet| packet.length).sum(),
            time_ns: until.saturating_sub(from),
        })
    }
}

/// Returns the time of the client's first call that sends something, and of the read of the last response.
pub(super) fn span(recording: &StepRecording) -> Option<(u64, u64)> {
    let calls = || recording.calls.iter().filter(|call| call.side == Side::Client && !call.is_error);
    let sends = |op: &Op| matches!(op, Op::Connect { .. } | Op::Write(_) | Op::SendTo(_));
    let receives = |op: &Op| match op {
        Op::Read(transfer) => transfer.bytes > 0,
        Op::RecvFrom(_) => true,
        _ => false,
    };
    let first = calls().find(|call| sends(&call.op))?.at;
    let last = calls().rfind(|call| receives(&call.op))?.at;
    (first <= last).then_some((first, last))
}

/// Returns the number of TCP connections to which the packets belong.
fn connections(packets: &[SeenPacket]) -> usize {
    let tcp = packets.iter().filter(|packet| packet.segment.is_some());
    tcp.map(|packet| packet.client).collect::<HashSet<_>>().len()
}
