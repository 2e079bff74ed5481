//! The calls that took much longer than the others, with the reason that the recording shows.

use serde::Serialize;

use super::open_loop::CallTimes;
use super::parts::{Durations, PARTS};
use super::percentiles::Latencies;
use super::reason::Reason;
use super::seen_call::SeenCall;

/// Excess over the median below which a call is not an outlier, in nanoseconds: timers and the scheduler of an idle
/// machine need that much.
const MIN_EXCESS: u64 = 1_000_000;

/// A call that took much longer than the others.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Outlier {
    /// Number of the call in the order of arrival, from 1.
    pub call: usize,
    /// Its latency in nanoseconds.
    pub latency_ns: u64,
    /// The reason.
    pub reason: Reason,
    /// Number of the call that the call waited for, if the reason is the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<usize>,
    /// The parts of the latency. `None` if the recording does not show the call completely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Durations>,
}

/// Returns the outliers, in the order of their arrival: the calls whose latency exceeds the third quartile by more than
/// three interquartile ranges (Tukey's outer fence), the median by half of it, and the median by a millisecond.
#[must_use]
pub fn outliers(calls: &[CallTimes], seen: &[Option<SeenCall>], latencies: &Latencies) -> Vec<Outlier> {
    let quartiles = [250, 500, 750].map(|permille| latencies.at(permille));
    // If many calls were given up, the quartiles are not known.
    if quartiles.iter().any(|quartile| quartile.is_lower_bound) {
        return Vec::new();
    }
    let [first, median, third] = quartiles.map(|quartile| quartile.latency_ns);
    let fence = (third + 3 * (third - first)).max(median + median / 2).max(median + MIN_EXCESS);
    let usual = usual(seen);
    let is_outlier = |(index, call): (usize, &CallTimes)| {
        let latency_ns = call.latency().filter(|latency| *latency > fence)?;
        let seen = seen.get(index).copied().flatten();
        let reason = seen.map_or(Reason::Unknown, |seen| Reason::of(&seen, &usual, latency_ns - median));
        let behind = (reason == Reason::Queue).then(|| slowest_before(calls, index)).flatten();
        Some(Outlier { call: index + 1, latency_ns, reason, behind, parts: seen.map(|seen| seen.durations) })
    };
    calls.iter().enumerate().filter_map(is_outlier).collect()
}

/// Returns the median of each part.
fn usual(seen: &[Option<SeenCall>]) -> [u64; PARTS] {
    std::array::from_fn(|part| {
        let mut durations: Vec<u64> = seen
            .iter()
            .flatten()
            .filter_map(|seen| seen.durations.parts().get(part).map(|(_, duration)| *duration))
            .collect();
        durations.sort_unstable();
        durations.get(durations.len() / 2).copied().unwrap_or(0)
    })
}

/// Returns the number of the call in progress at the arrival of another that took the longest after its own start.
fn slowest_before(calls: &[CallTimes], index: usize) -> Option<usize> {
    let arrived = calls.get(index)?.arrived;
    let took = |call: &CallTimes| Some(call.ended?.saturating_sub(call.started?));
    let in_progress = calls.iter().take(index).enumerate().filter(|(_, call)| {
        call.started.is_some_and(|started| started <= arrived)
            && call.ended.is_some_and(|ended| ended > arrived)
    });
    in_progress.max_by_key(|(_, call)| took(call)).map(|(index, _)| index + 1)
}
