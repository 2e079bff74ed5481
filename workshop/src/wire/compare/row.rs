//! The results under one set of conditions.

use serde::Serialize;
use socket_tap::format::text::printable;

use super::conditions::{Concurrency, Connections, Load, Network};
use super::flags::{CalledApi, Flags};
use super::networks::ApiCalls;
use super::open_loop::CallTimes;
use super::outliers::{Outlier, outliers};
use super::percentiles::{Latencies, Percentile};
use super::reason::Reason;
use super::seen_call::seen_calls;
use crate::wire::lab::api::Api;
use crate::wire::reading::recording::StepRecording;

/// The results of the calls over one API under one set of conditions.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Round-trip time of the network, in nanoseconds.
    pub rtt_ns: u64,
    /// Share of the packets that the network drops in each direction, from 0 to 1.
    pub loss: f64,
    /// Seed of the loss.
    pub seed: u64,
    /// The API.
    pub api: Api,
    /// The connections that the calls use.
    pub connections: Connections,
    /// Most calls at once.
    pub concurrency: Concurrency,
    /// Arrivals per second.
    pub rate: f64,
    /// Number of calls.
    pub calls: usize,
    /// Number of calls with a response.
    pub answered: usize,
    /// Number of calls that failed. The others without a response were given up.
    pub failed: usize,
    /// Message of the first call that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
    /// Number of calls that still waited for their turn when the last call arrived.
    pub waiting: usize,
    /// Share of the possible calls at once that the calls need on average. Above 1 they arrive more often than they can
    /// be made, so the latencies grow with the number of calls. `None` without a limit.
    pub utilization: Option<f64>,
    /// The percentiles that the number of calls carries.
    pub percentiles: Vec<Percentile>,
    /// The longest latency.
    pub max: Option<Percentile>,
    /// Number of packets, in both directions.
    pub packets: usize,
    /// Number of packets that the network dropped.
    pub dropped: usize,
    /// Number of segments that were sent again.
    pub retransmissions: usize,
    /// The calls that took much longer than the others.
    pub outliers: Vec<Outlier>,
    /// Latency of each call in nanoseconds, in the order of arrival; `None` without a response.
    #[serde(skip)]
    pub latencies_ns: Vec<Option<u64>>,
}

impl Row {
    /// Computes the results of calls from their times, and the reasons for outliers from the recording.
    #[must_use]
    pub fn of(
        (network, load, api): (Network, Load, CalledApi),
        flags: &Flags,
        (calls, failures): &ApiCalls,
        recording: Option<&StepRecording>,
    ) -> Self {
        let ns = |duration: std::time::Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let latencies_ns: Vec<Option<u64>> = calls.iter().map(CallTimes::latency).collect();
        let latencies = Latencies::new(latencies_ns.iter().copied(), ns(flags.give_up));
        let seen = recording.map_or_else(Vec::new, |step| seen_calls(calls, step, ns(network.rtt / 2)));
        let last = calls.last().map_or(0, |call| call.scheduled);
        let waiting = calls
            .iter()
            .filter(|call| call.started.is_none_or(|started| started > last))
            .count()
            .saturating_sub(1);
        let packets = || recording.iter().flat_map(|step| &step.packets).filter(|packet| !packet.is_copy);
        Self {
            rtt_ns: ns(network.rtt),
            loss: network.loss.fraction(),
            seed: flags.seed,
            api: api.into(),
            connections: load.connections,
            concurrency: load.concurrency,
            rate: flags.rate,
            calls: calls.len(),
            answered: latencies_ns.iter().flatten().count(),
            failed: failures.count,
            first_failure: failures.first.as_ref().map(|failure| printable(&failure.to_string())),
            waiting,
            utilization: utilization(calls, load.places(api.shares_connections()), flags.rate),
            percentiles: latencies.percentiles(),
            max: latencies.max(),
            packets: packets().count(),
            dropped: packets().filter(|packet| packet.dropped.is_some()).count(),
            retransmissions: packets().filter(|packet| packet.is_retransmission).count(),
            outliers: outliers(calls, &seen, &latencies),
            latencies_ns,
        }
    }

    /// Returns the number of calls that were given up without a response.
    #[must_use]
    pub fn given_up(&self) -> usize {
        self.calls.saturating_sub(self.answered + self.failed)
    }

    /// Returns `true` if calls arrive more often than they can be made.
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        self.utilization.is_some_and(|utilization| utilization > 1.0)
    }

    /// Returns the outliers of each reason.
    pub fn outliers_by_reason(&self) -> impl Iterator<Item = (Reason, Vec<&Outlier>)> {
        let of = |reason| self.outliers.iter().filter(move |outlier| outlier.reason == reason).collect();
        Reason::ALL
            .into_iter()
            .map(move |reason| (reason, of(reason)))
            .filter(|(_, all): &(_, Vec<_>)| !all.is_empty())
    }
}

/// Returns the average number of calls in progress, as a share of the possible one (Little's law).
fn utilization(calls: &[CallTimes], places: Option<usize>, rate: f64) -> Option<f64> {
    let durations = calls.iter().filter_map(|call| Some(call.ended?.saturating_sub(call.started?)));
    let (count, sum) = durations.fold((0_u64, 0_u64), |(count, sum), duration| (count + 1, sum + duration));
    let average_s = sum as f64 / count.max(1) as f64 / 1e9;
    Some(average_s * rate / places? as f64)
}
