//! The two clocks of the recorder: a fast one for each event, and the monotonic clock for the recorded times.
//!
//! The fast clock is the processor's time-stamp counter; reading it takes a few nanoseconds. Each time the
//! drain thread wakes, it reads both clocks at the same moment. A time between two such moments is converted
//! to nanoseconds by linear interpolation. So the error does not grow with the length of a recording.

use std::sync::OnceLock;
use std::time::Duration;

use quanta::Clock;

use crate::sys;

/// The recorder's fast clock, which the recording threads read for each event. It is the processor's
/// time-stamp counter if possible, because reading the counter takes only a few nanoseconds. The unit of its
/// values depends on the machine; [`Timeline`] converts them to nanoseconds.
#[derive(Clone, Debug)]
pub(crate) enum RawClock {
    /// The processor's time-stamp counter, or the clock that `quanta` uses in its place.
    Counter(Clock),
    /// `CLOCK_MONOTONIC`, for machines on which the kernel does not trust the time-stamp counter.
    Monotonic,
}

impl RawClock {
    pub(crate) fn new() -> Self {
        static TRUSTED: OnceLock<bool> = OnceLock::new();
        match *TRUSTED.get_or_init(sys::counter_is_trusted) {
            true => Self::Counter(Clock::new()),
            false => Self::Monotonic,
        }
    }

    #[inline]
    pub(crate) fn raw(&self) -> u64 {
        match self {
            Self::Counter(clock) => clock.raw(),
            Self::Monotonic => sys::monotonic_ns(),
        }
    }

    /// Returns the time that has passed since this clock had the value `raw`.
    pub(crate) fn elapsed_since(&self, raw: u64) -> Duration {
        let now = self.raw();
        Duration::from_nanos(match self {
            Self::Counter(clock) => clock.delta_as_nanos(raw.min(now), now),
            Self::Monotonic => now.saturating_sub(raw),
        })
    }
}

/// A moment at which both clocks were read: the [fast clock](RawClock) had the value `raw`, and the monotonic
/// clock had `ns` nanoseconds. Times between two anchors are converted by linear interpolation.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    raw: u64,
    ns: u64,
    /// Duration of one unit of the fast clock between this anchor and the next, in nanoseconds multiplied by
    /// 2^32. 0 for the last anchor.
    rate: u64,
}

/// A converter from values of the [fast clock](RawClock) to nanoseconds since the recording began.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: RawClock,
    start_ns: u64,
    /// Moments at which both clocks were read, sorted by time. The conversion between two adjacent anchors
    /// never changes, so that recorded times never run backwards.
    anchors: Vec<Anchor>,
}

impl Timeline {
    pub(crate) fn start(clock: RawClock) -> Self {
        let anchor = read(&clock);
        Self { clock, start_ns: anchor.ns, anchors: vec![anchor] }
    }

    /// Returns the time of the monotonic clock at the start of the recording, in nanoseconds.
    pub(crate) fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Reads both clocks, adds their values as an [`Anchor`], and returns the value of the fast clock.
    /// Removes the anchors that are needed only to convert values before `complete`, because the caller will
    /// not convert such values any more.
    pub(crate) fn advance(&mut self, complete: u64) -> u64 {
        let mut now = read(&self.clock);
        if let Some(last) = self.anchors.last() {
            // The counter stepped back or stood still.
            if now.raw <= last.raw {
                return last.raw;
            }
            now.ns = now.ns.max(last.ns);
        }
        if let Some(last) = self.anchors.last_mut() {
            last.rate = rate(*last, now);
        }
        self.anchors.push(now);
        // Keeps the last anchor before `complete`, and at least two anchors.
        let before = self.anchors.partition_point(|anchor| anchor.raw <= complete);
        self.anchors.drain(..before.saturating_sub(1).min(self.anchors.len().saturating_sub(2)));
        now.raw
    }

    /// Converts the value `raw` of the [fast clock](RawClock) to nanoseconds since the recording began.
    pub(crate) fn since_start(&self, raw: u64) -> u64 {
        // Fast path: almost every reading lies between the latest two anchors.
        if let Some(&[before, after]) = self.anchors.last_chunk::<2>()
            && (before.raw..after.raw).contains(&raw)
        {
            return (before.ns + before.offset(raw)).saturating_sub(self.start_ns);
        }
        let later = self.anchors.partition_point(|anchor| anchor.raw < raw);
        let ns = match (later.checked_sub(1).and_then(|at| self.anchors.get(at)), self.anchors.get(later)) {
            (Some(before), Some(after)) => (before.ns + before.offset(raw)).min(after.ns),
            (Some(edge), None) | (None, Some(edge)) => edge.ns,
            (None, None) => self.start_ns,
        };
        ns.saturating_sub(self.start_ns)
    }

    /// Returns the value that the [fast clock](RawClock) had about `ns` nanoseconds before it had the value
    /// `raw`. Uses the average rate of the clock between the first and the last anchor.
    pub(crate) fn raw_before(&self, raw: u64, ns: u64) -> u64 {
        let (Some(first), Some(last)) = (self.anchors.first(), self.anchors.last()) else { return raw };
        let (span_raw, span_ns) = (last.raw - first.raw, last.ns - first.ns);
        let back = match span_ns {
            0 => 0,
            _ => u128::from(ns) * u128::from(span_raw) / u128::from(span_ns),
        };
        raw.saturating_sub(u64::try_from(back).unwrap_or(u64::MAX))
    }
}

impl Anchor {
    /// Returns the number of nanoseconds from this anchor to the moment at which the fast clock had the value
    /// `raw`. This moment must be before the next anchor. The rate is rounded down, so that the result is
    /// never later than the next anchor.
    #[inline]
    fn offset(&self, raw: u64) -> u64 {
        const HALF: u128 = 1 << 31;
        let offset = (u128::from(raw - self.raw) * u128::from(self.rate) + HALF) >> 32;
        u64::try_from(offset).unwrap_or(u64::MAX)
    }
}

fn rate(before: Anchor, after: Anchor) -> u64 {
    let (raw, ns) = (after.raw - before.raw, after.ns - before.ns);
    u64::try_from((u128::from(ns) << 32) / u128::from(raw.max(1))).unwrap_or(u64::MAX)
}

/// Number of attempts to read both clocks at the same moment: at least `MIN_ATTEMPTS`, then up to
/// `MAX_ATTEMPTS` until an attempt takes at most `TIGHT_NS`.
const MIN_ATTEMPTS: usize = 3;
const MAX_ATTEMPTS: usize = 12;
const TIGHT_NS: u64 = 1_000;

/// Reads the fast clock between two reads of the monotonic clock. Makes several attempts, and returns the
/// values of the shortest one, because the thread may be preempted in an attempt. The values of such an
/// attempt would shift all converted times, so that the recordings of the two ends of a connection would
/// disagree.
fn read(clock: &RawClock) -> Anchor {
    let attempt = || {
        let before = sys::monotonic_ns();
        let raw = clock.raw();
        let width = sys::monotonic_ns().saturating_sub(before);
        (width, Anchor { raw, ns: before + width / 2, rate: 0 })
    };
    let mut best = attempt();
    for tries in 1..MAX_ATTEMPTS {
        if tries >= MIN_ATTEMPTS && best.0 <= TIGHT_NS {
            break;
        }
        let next = attempt();
        if next.0 < best.0 {
            best = next;
        }
    }
    best.1
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use super::*;

    fn timeline(anchors: &[(u64, u64)]) -> Timeline {
        let mut anchors: Vec<Anchor> = anchors.iter().map(|&(raw, ns)| Anchor { raw, ns, rate: 0 }).collect();
        for at in 1..anchors.len() {
            anchors[at - 1].rate = rate(anchors[at - 1], anchors[at]);
        }
        Timeline { clock: RawClock::Monotonic, start_ns: 50, anchors }
    }

    #[test]
    fn raw_clock_readings_are_interpolated_linearly() {
        let timeline = timeline(&[(1_000, 70), (3_000, 1_070), (4_000, 1_170)]);
        let mapped = [0, 1_000, 2_000, 3_000, 3_500, 9_000].map(|raw| timeline.since_start(raw));
        assert_eq!(mapped, [20, 20, 520, 1_020, 1_070, 1_120]);
    }

    #[test]
    fn timestamp_of_an_undelivered_record_never_changes() {
        let mut timeline = Timeline::start(RawClock::Monotonic);
        let oldest = timeline.advance(0);
        let mapped = timeline.since_start(oldest - 1);
        for _ in 0..10 {
            timeline.advance(oldest - 1);
            assert_eq!(timeline.since_start(oldest - 1), mapped);
        }
        assert!(timeline.anchors.len() > 10);
        timeline.advance(u64::MAX);
        assert_eq!(timeline.anchors.len(), 2);
    }

    #[test]
    fn converted_clock_readings_never_run_backwards() {
        let clock = RawClock::new();
        let mut timeline = Timeline::start(clock.clone());
        let mut last = 0;
        for _ in 0..if cfg!(miri) { 100 } else { 10_000 } {
            let raw = clock.raw();
            timeline.advance(raw);
            let t = timeline.since_start(raw);
            assert!(t >= last, "time {t} follows the later time {last}");
            last = t;
        }
    }
}
