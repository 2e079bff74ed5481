//! The recorder's clocks.
//!
//! The hot path reads the processor's time-stamp counter, which takes nanoseconds. The drain thread reads that counter
//! together with the machine's monotonic clock each time it wakes, and maps everything in between linearly. The error
//! is that of one reading and does not grow with the length of a recording.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::time::Duration;

use quanta::Clock;

use crate::sys;

/// The clock of the hot path. Its readings have no unit of their own; [`Timeline`] turns them into nanoseconds.
#[derive(Clone, Debug)]
pub(crate) enum RawClock {
    /// The time-stamp counter, or what `quanta` finds best.
    Counter(Clock),
    /// `CLOCK_MONOTONIC`, where the kernel itself does not trust the counter.
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

    /// The time since that reading.
    pub(crate) fn elapsed_since(&self, raw: u64) -> Duration {
        let now = self.raw();
        Duration::from_nanos(match self {
            Self::Counter(clock) => clock.delta_as_nanos(raw.min(now), now),
            Self::Monotonic => now.saturating_sub(raw),
        })
    }
}

/// Both clocks, read at the same moment.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    raw: u64,
    ns: u64,
}

/// Maps raw readings to nanoseconds since the recording began.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: RawClock,
    start_ns: u64,
    /// In order. Between two of them the mapping is linear and never changes again, so time never runs back.
    anchors: VecDeque<Anchor>,
}

impl Timeline {
    pub(crate) fn start(clock: RawClock) -> Self {
        let anchor = read(&clock);
        Self { clock, start_ns: anchor.ns, anchors: VecDeque::from([anchor]) }
    }

    /// The monotonic clock's reading when the recording began.
    pub(crate) fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Reads both clocks. Every raw reading after `complete`, up to the returned one, can be mapped from now on.
    pub(crate) fn advance(&mut self, complete: u64) -> u64 {
        let mut now = read(&self.clock);
        if let Some(last) = self.anchors.back() {
            // A counter that steps back, or stands still, adds nothing.
            if now.raw <= last.raw {
                return last.raw;
            }
            now.ns = now.ns.max(last.ns);
        }
        self.anchors.push_back(now);
        while self.anchors.len() > 2 && self.anchors[1].raw <= complete {
            self.anchors.pop_front();
        }
        now.raw
    }

    /// Nanoseconds since the recording began.
    pub(crate) fn since_start(&self, raw: u64) -> u64 {
        let later = self.anchors.partition_point(|anchor| anchor.raw < raw);
        let ns = match (later.checked_sub(1).and_then(|at| self.anchors.get(at)), self.anchors.get(later)) {
            (Some(before), Some(after)) => between(*before, *after, raw),
            (Some(edge), None) | (None, Some(edge)) => edge.ns,
            (None, None) => self.start_ns,
        };
        ns.saturating_sub(self.start_ns)
    }

    /// The raw reading that lies `ns` nanoseconds before `raw`, by the latest two anchors.
    pub(crate) fn earlier(&self, raw: u64, ns: u64) -> u64 {
        let (Some(first), Some(last)) = (self.anchors.front(), self.anchors.back()) else { return raw };
        let (span_raw, span_ns) = (last.raw - first.raw, last.ns - first.ns);
        let back = match span_ns {
            0 => 0,
            _ => u128::from(ns) * u128::from(span_raw) / u128::from(span_ns),
        };
        raw.saturating_sub(u64::try_from(back).unwrap_or(u64::MAX))
    }
}

fn between(before: Anchor, after: Anchor, raw: u64) -> u64 {
    let (span_raw, span_ns) = (after.raw - before.raw, after.ns - before.ns);
    let offset = u128::from(raw - before.raw) * u128::from(span_ns) / u128::from(span_raw.max(1));
    before.ns + u64::try_from(offset).unwrap_or(span_ns)
}

/// How often both clocks are read for one anchor.
const TRIES: usize = 3;

/// Reads the counter between two readings of the monotonic clock, and keeps the tightest of a few tries: a thread that is
/// preempted in between would shift the whole mapping.
fn read(clock: &RawClock) -> Anchor {
    let attempt = || {
        let before = sys::monotonic_ns();
        let raw = clock.raw();
        let width = sys::monotonic_ns().saturating_sub(before);
        (width, Anchor { raw, ns: before + width / 2 })
    };
    let first = attempt();
    (1..TRIES).map(|_| attempt()).fold(first, |best, next| if next.0 < best.0 { next } else { best }).1
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use super::*;

    fn timeline(anchors: &[(u64, u64)]) -> Timeline {
        let anchors = anchors.iter().map(|&(raw, ns)| Anchor { raw, ns }).collect();
        Timeline { clock: RawClock::Monotonic, start_ns: 50, anchors }
    }

    #[test]
    fn readings_between_anchors_map_linearly() {
        let timeline = timeline(&[(1_000, 70), (3_000, 1_070), (4_000, 1_170)]);
        let mapped = [0, 1_000, 2_000, 3_000, 3_500, 9_000].map(|raw| timeline.since_start(raw));
        assert_eq!(mapped, [20, 20, 520, 1_020, 1_070, 1_120]);
    }

    #[test]
    fn anchors_stay_until_no_pending_reading_needs_them() {
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
    fn mapped_time_never_runs_back() {
        let clock = RawClock::new();
        let mut timeline = Timeline::start(clock.clone());
        let mut last = 0;
        for _ in 0..if cfg!(miri) { 100 } else { 10_000 } {
            let raw = clock.raw();
            timeline.advance(raw);
            let t = timeline.since_start(raw);
            assert!(t >= last, "{t} after {last}");
            last = t;
        }
    }
}
