//! The percentiles that a number of calls carries.
//!
//! A percentile is reported if at least ten calls are beyond it. With fewer, it depends on one or two calls, and the next
//! run gives another number.

use serde::Serialize;

/// Number of calls that must be beyond a percentile.
pub const MIN_BEYOND: usize = 10;

/// The percentiles, in tenths of a percent.
pub const PERMILLE: [usize; 5] = [500, 900, 950, 990, 999];

/// The latencies of calls.
#[derive(Clone, Debug)]
pub struct Latencies {
    /// Latencies of the calls with a response, in ascending order, in nanoseconds.
    sorted: Vec<u64>,
    /// Number of calls without a response.
    unanswered: usize,
    /// Each call without a response failed, or was waited for at least this long, in nanoseconds.
    waited_ns: u64,
}

/// A latency with a known share of the calls below it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentile {
    /// Share of the calls with at most this latency, in percent.
    pub percent: f64,
    /// Latency in nanoseconds.
    pub latency_ns: u64,
    /// `true` if the latency is longer than that, because calls failed or were given up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_lower_bound: bool,
}

impl Latencies {
    /// Creates latencies. Each call without one failed, or was waited for at least `waited_ns`.
    #[must_use]
    pub fn new(latencies: impl IntoIterator<Item = Option<u64>>, waited_ns: u64) -> Self {
        let (mut sorted, mut unanswered) = (Vec::new(), 0);
        for latency in latencies {
            match latency {
                Some(latency) => sorted.push(latency),
                None => unanswered += 1,
            }
        }
        sorted.sort_unstable();
        Self { sorted, unanswered, waited_ns }
    }

    /// Returns the number of calls.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.sorted.len() + self.unanswered
    }

    /// Returns the percentiles that the number of calls carries.
    #[must_use]
    pub fn percentiles(&self) -> Vec<Percentile> {
        PERMILLE
            .into_iter()
            .filter(|permille| is_carried(self.calls(), *permille))
            .map(|permille| self.at(permille))
            .collect()
    }

    /// Returns the longest latency. `None` without calls.
    #[must_use]
    pub fn max(&self) -> Option<Percentile> {
        (self.calls() > 0).then(|| self.at(1_000))
    }

    /// Returns the latency that this share of the calls does not exceed: that of the call with the nearest rank.
    #[must_use]
    pub fn at(&self, permille: usize) -> Percentile {
        let percent = permille as f64 / 10.0;
        let known = rank(self.calls(), permille).checked_sub(1).and_then(|index| self.sorted.get(index));
        match known {
            // A call that was given up could have been faster than a slow one that was not.
            Some(latency) if self.unanswered == 0 || *latency <= self.waited_ns => {
                Percentile { percent, latency_ns: *latency, is_lower_bound: false }
            }
            _ => Percentile { percent, latency_ns: self.waited_ns, is_lower_bound: true },
        }
    }
}

/// Returns `true` if at least ten of the calls are beyond the percentile.
#[must_use]
pub fn is_carried(calls: usize, permille: usize) -> bool {
    calls - rank(calls, permille) >= MIN_BEYOND
}

/// Returns the rank of the call at a percentile, from 1.
fn rank(calls: usize, permille: usize) -> usize {
    (calls * permille).div_ceil(1_000)
}
