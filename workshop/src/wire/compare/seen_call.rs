//! A call as the recording shows it.

use super::connection::{Connection, Connections, Transit, connections};
use super::open_loop::CallTimes;
use super::parts::Durations;
use crate::wire::reading::recording::{Exchange, StepRecording};

/// A call as the recording shows it.
#[derive(Clone, Copy, Debug)]
pub struct SeenCall {
    /// Duration of each part.
    pub durations: Durations,
    /// Recovery of a lost segment for which the complete request waited.
    pub request: Option<Recovery>,
    /// Recovery of a lost segment for which the complete response waited.
    pub response: Option<Recovery>,
    /// `true` if the SYN or the SYN ACK of the call's own connection was sent again.
    pub has_repeated_syn: bool,
    /// Time by which the network delivered the last packet of the request too late, in nanoseconds.
    pub request_late_ns: u64,
    /// The same for the response.
    pub response_late_ns: u64,
}

/// The recovery of a lost segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// `true` if the segment carried no byte of the call itself, but of another one on the same connection.
    pub is_foreign: bool,
    /// `true` if a selective acknowledgment had reported the loss, `false` if a timer expired.
    pub is_fast: bool,
}

/// Finds each call in the recording. `None` for a call that is not in it, or not completely. `delay_ns` is the delay of
/// the network in each direction.
#[must_use]
pub fn seen_calls(calls: &[CallTimes], recording: &StepRecording, delay_ns: u64) -> Vec<Option<SeenCall>> {
    let connections = connections(recording);
    let see = |(call, exchange): (&CallTimes, Option<Exchange>)| {
        let exchange = exchange?;
        let connection = connections.of(&exchange)?;
        seen(&on_clock(call, recording.origin_ns)?, connection, &exchange, delay_ns)
    };
    calls.iter().zip(matching(calls, recording, &connections)).map(see).collect()
}

/// The times of a call with a response, in nanoseconds since the first recording began.
struct Times {
    scheduled: u64,
    arrived: u64,
    started: u64,
    ended: u64,
}

fn on_clock(call: &CallTimes, origin_ns: u64) -> Option<Times> {
    let on_clock = |time: u64| time.saturating_sub(origin_ns);
    Some(Times {
        scheduled: on_clock(call.scheduled),
        arrived: on_clock(call.arrived),
        started: on_clock(call.started?),
        ended: on_clock(call.ended?),
    })
}

/// Finds the request and response of each call: the first that began after the call started, and ended before the call
/// did. Both are in the same order, because calls start in the order of their arrivals.
fn matching(
    calls: &[CallTimes],
    recording: &StepRecording,
    connections: &Connections<'_>,
) -> Vec<Option<Exchange>> {
    let first = calls.first().map_or(0, |call| call.scheduled.saturating_sub(recording.origin_ns));
    // A call that opens a connection begins with it.
    let opened = |exchange: &Exchange| Some(connections.of(exchange)?.opened);
    let began = |exchange: &Exchange| opened(exchange).filter(|at| *at >= first).unwrap_or(exchange.began);
    let mut exchanges: Vec<(u64, Exchange)> =
        recording.exchanges.iter().map(|exchange| (began(exchange), *exchange)).collect();
    exchanges.sort_by_key(|(began, _)| *began);
    let mut is_used = vec![false; exchanges.len()];
    let mut find = |call: &CallTimes| {
        let Times { started, ended, .. } = on_clock(call, recording.origin_ns)?;
        let from = exchanges.partition_point(|(began, _)| *began < started);
        let mut candidates = exchanges.iter().zip(&mut is_used).skip(from);
        let ((_, exchange), is_used) =
            candidates.find(|((_, exchange), is_used)| !**is_used && exchange.ended <= ended)?;
        *is_used = true;
        Some(*exchange)
    };
    calls.iter().map(&mut find).collect()
}

fn seen(call: &Times, connection: &Connection<'_>, exchange: &Exchange, delay_ns: u64) -> Option<SeenCall> {
    let served = connection.served(exchange)?;
    let (request, response) = (connection.request(exchange)?, connection.response(served)?);
    let read = served.began.max(request.readable.at);
    let is_own = connection.opened >= call.started;
    let handshake = match connection.established {
        Some(established) if is_own => established.saturating_sub(connection.opened),
        _ => 0,
    };
    let between = |from: u64, to: u64| to.saturating_sub(from);
    let durations = Durations {
        arrival_ns: between(call.scheduled, call.arrived),
        queue_ns: between(call.arrived, call.started),
        client_ns: between(call.started, request.sent).saturating_sub(handshake),
        handshake_ns: handshake,
        request_ns: between(request.sent, request.readable.at),
        server_read_ns: between(request.readable.at, read),
        server_ns: between(read, response.sent),
        response_ns: between(response.sent, response.readable.at),
        client_read_ns: between(response.readable.at, exchange.ended),
        receive_ns: between(exchange.ended.max(response.readable.at), call.ended),
    };
    Some(SeenCall {
        durations,
        request: recovery(&request),
        response: recovery(&response),
        has_repeated_syn: is_own && connection.has_repeated_syn,
        request_late_ns: late(&request, delay_ns),
        response_late_ns: late(&response, delay_ns),
    })
}

/// Returns the recovery of a lost segment that made the last byte readable.
fn recovery(transit: &Transit<'_>) -> Option<Recovery> {
    let packet = transit.readable.packet;
    packet.is_retransmission.then(|| Recovery {
        is_foreign: transit.readable.start + packet.payload <= transit.start,
        is_fast: transit.was_reported_lost,
    })
}

/// Returns the time by which the network delivered the last packet too late.
fn late(transit: &Transit<'_>, delay_ns: u64) -> u64 {
    transit.readable.at.saturating_sub(transit.readable.packet.sent).saturating_sub(delay_ns)
}
