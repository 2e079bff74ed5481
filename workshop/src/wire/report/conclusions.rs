//! Conclusions from the recording, in words. Each sentence is computed, and omitted if it is not true.

use serde::Serialize;

use super::measurements::Measurements;
use crate::tour::Step;
use crate::wire::calls::lab_step::LOST_SEGMENT;
use crate::wire::lab::api::Api;
use crate::wire::reading::cost::Cost;

/// A sentence that follows from the recording.
#[derive(Clone, Debug, Serialize)]
pub struct Conclusion {
    /// Stable name of the sentence.
    pub code: &'static str,
    /// The sentence.
    pub text: String,
}

/// Returns a sentence if it is true.
type Compute = fn(&Measurements) -> Option<String>;

/// Lateness that is reported, in nanoseconds.
const MIN_LATENESS: u64 = 1_000_000;

/// Returns the sentences that are true for the measurements.
#[must_use]
pub fn conclusions(measured: &Measurements) -> Vec<Conclusion> {
    let all: [(&'static str, Compute); 9] = [
        ("new_connection", new_connection),
        ("udp", udp),
        ("at_once", at_once),
        ("one_query", one_query),
        ("overhead", overhead),
        ("retransmissions", retransmissions),
        ("head_of_line", head_of_line),
        ("time", time),
        ("busy", busy),
    ];
    let sentence = |(code, compute): (_, Compute)| Some(Conclusion { code, text: compute(measured)? });
    all.into_iter().filter_map(sentence).collect()
}

fn cost(measured: &Measurements, api: Api, step: Step) -> Option<&Cost> {
    measured.steps.iter().find(|cost| cost.api == api && cost.step == step.name())
}

/// States the additional cost of a new connection.
fn new_connection(measured: &Measurements) -> Option<String> {
    let more = measured.kept.iter().map(|kept| {
        let new = cost(measured, kept.api, Step::Get)?.round_trips;
        let calls = kept.calls as u64;
        kept.round_trips.is_multiple_of(calls).then(|| new.checked_sub(kept.round_trips / calls))?
    });
    let more: Vec<u64> = more.collect::<Option<_>>()?;
    let first = *more.first().filter(|more| **more > 0)?;
    more.iter().all(|more| *more == first).then(|| {
        let round_trips = count(first as usize, "round trip");
        let apis = list(measured.kept.iter().map(|kept| kept.api));
        format!("Each new connection costs {round_trips} more than a kept one, over {apis}: the handshake comes first.")
    })
}

/// Compares plain UDP with plain TCP.
fn udp(measured: &Measurements) -> Option<String> {
    let (udp, tcp) = (cost(measured, Api::Udp, Step::Get)?, cost(measured, Api::Tcp, Step::Get)?);
    (udp.round_trips < tcp.round_trips && udp.segments < tcp.segments).then(|| {
        format!(
            "The same bytes take {} and {} over UDP, {} and {} over TCP. UDP has no handshake, no acknowledgment and \
             no end; it would not repeat what is lost.",
            count(udp.round_trips as usize, "round trip"),
            count(udp.segments, "packet"),
            count(tcp.round_trips as usize, "round trip"),
            count(tcp.segments, "packet"),
        )
    })
}

/// Compares connections at once with one.
fn at_once(measured: &Measurements) -> Option<String> {
    let apis = [Api::Rest, Api::Graphql, Api::Grpc];
    let pairs: Vec<_> = apis
        .iter()
        .map(|api| Some((cost(measured, *api, Step::Concurrent)?, cost(measured, *api, Step::Get)?)))
        .collect::<Option<_>>()?;
    let (first, _) = pairs.first()?;
    pairs.iter().all(|(many, one)| many.round_trips == one.round_trips).then(|| {
        format!(
            "{} connections at once take as many round trips as one: they wait at the same time.",
            first.connections
        )
    })
}

/// Compares one query with two calls.
fn one_query(measured: &Measurements) -> Option<String> {
    let trips = |api| Some(cost(measured, api, Step::Author)?.round_trips);
    let (rest, graphql, grpc) = (trips(Api::Rest)?, trips(Api::Graphql)?, trips(Api::Grpc)?);
    (rest == grpc && graphql < rest).then(|| {
        format!(
            "An author with books takes {} over GraphQL and {rest} over REST and gRPC: one query instead of two calls, \
             one after the other.",
            count(graphql as usize, "round trip")
        )
    })
}

/// States the share of packets without payload.
fn overhead(measured: &Measurements) -> Option<String> {
    let rest = cost(measured, Api::Rest, Step::Get)?;
    (rest.empty_segments > 0 && rest.dropped == 0).then(|| {
        format!(
            "Of the {} of one REST call on a new connection, {} carry no payload: they open, acknowledge and close. \
             {} of {} B are headers of IP and TCP.",
            count(rest.segments, "segment"),
            rest.empty_segments,
            rest.bytes - rest.payload,
            rest.bytes
        )
    })
}

fn retransmissions(measured: &Measurements) -> Option<String> {
    let (dropped, again): (usize, usize) = measured
        .steps
        .iter()
        .filter(|cost| cost.step != LOST_SEGMENT)
        .fold((0, 0), |(dropped, again), cost| (dropped + cost.dropped, again + cost.retransmissions));
    (dropped > 0).then(|| {
        format!(
            "The network dropped {}, and the kernels retransmitted {}. A lost ACK needs no retransmission if a later \
             one arrives.",
            count(dropped, "packet"),
            count(again, "segment")
        )
    })
}

/// Compares the effects of one lost segment on one connection and on several.
fn head_of_line(measured: &Measurements) -> Option<String> {
    let stall = |api| measured.stalls.iter().find(|stall| stall.api == api);
    let (http1, http2) = (stall(Api::Rest)?, stall(Api::Grpc)?);
    (http2.stalled == http2.calls && http2.connections == 1 && http1.stalled < http1.calls).then(|| {
        format!(
            "The loss of one segment stalled all {} streams of the HTTP/2 connection, but only {} of {} HTTP/1.1 \
             connections: TCP delivers the bytes of a connection in order, and does not know of streams.",
            spelled(http2.calls),
            spelled(http1.stalled),
            spelled(http1.connections)
        )
    })
}

/// Compares the times with the counted round trips.
fn time(measured: &Measurements) -> Option<String> {
    let rtt = measured.network.rtt_ns;
    let undisturbed = || measured.steps.iter().filter(|cost| cost.dropped == 0 && cost.round_trips > 0);
    let excess = |cost: &Cost| cost.time_ns as f64 / (cost.round_trips * rtt) as f64 - 1.0;
    if rtt == 0 || undisturbed().next().is_none() {
        return None;
    }
    let most = undisturbed().map(excess).fold(0.0, f64::max);
    (most <= 0.1 && undisturbed().all(|cost| excess(cost) >= 0.0)).then(|| {
        format!(
            "The counted round trips explain the time: in each row without loss it is the number of round trips times \
             the RTT, and at most {:.1} % more.",
            most * 100.0
        )
    })
}

/// States that this machine delivered packets late.
fn busy(measured: &Measurements) -> Option<String> {
    let late = measured.max_lateness_ns;
    (late >= MIN_LATENESS && late > measured.network.rtt_ns / 20).then(|| {
        format!(
            "This machine was busy: a packet arrived {:.1} ms later than it should. The times include that.",
            late as f64 / 1e6
        )
    })
}

/// Formats a number with its unit, in the plural if necessary.
pub(super) fn count(number: usize, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

fn spelled(number: usize) -> String {
    const NAMES: [&str; 5] = ["none", "one", "two", "three", "four"];
    NAMES.get(number).map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

fn list(apis: impl Iterator<Item = Api>) -> String {
    let names: Vec<&str> = apis.map(Api::title).collect();
    match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}
