//! A clock that is read in nanoseconds' time and is still the machine's monotonic clock.
//!
//! The hot path reads the processor's time-stamp counter. The drain thread reads both clocks each time that it wakes
//! and maps what lies between two such readings in a straight line, so an error never grows with the recording's
//! length, and a system without a usable counter only pays more for each reading.

use quanta::Clock;

use crate::sys;

/// Both clocks, read at the same moment.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    raw: u64,
    ns: u64,
}

/// Maps raw readings to nanoseconds since the recording began.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: Clock,
    start_ns: u64,
    before: Anchor,
    now: Anchor,
}

impl Timeline {
    pub(crate) fn start(clock: Clock) -> Self {
        let anchor = read(&clock);
        Self { clock, start_ns: anchor.ns, before: anchor, now: anchor }
    }

    /// The monotonic clock's reading when the recording began.
    pub(crate) fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Reads both clocks; every raw reading up to the one returned can be mapped from now on.
    pub(crate) fn advance(&mut self) -> u64 {
        self.before = self.now;
        self.now = read(&self.clock);
        self.now.raw
    }

    /// Nanoseconds since the recording began.
    pub(crate) fn since_start(&self, raw: u64) -> u64 {
        let span_raw = self.now.raw.saturating_sub(self.before.raw);
        let span_ns = self.now.ns.saturating_sub(self.before.ns);
        let offset_raw = raw.saturating_sub(self.before.raw).min(span_raw);
        let offset_ns = match span_raw {
            0 => 0,
            _ => u128::from(offset_raw) * u128::from(span_ns) / u128::from(span_raw),
        };
        self.before.ns - self.start_ns + u64::try_from(offset_ns).unwrap_or(span_ns)
    }
}

fn read(clock: &Clock) -> Anchor {
    Anchor { raw: clock.raw(), ns: sys::monotonic_ns() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_maps_in_a_straight_line_between_two_readings() {
        let (before, now) = (Anchor { raw: 1_000, ns: 70 }, Anchor { raw: 3_000, ns: 1_070 });
        let timeline = Timeline { clock: Clock::new(), start_ns: 50, before, now };
        let mapped = [0, 1_000, 2_000, 3_000, 9_000].map(|raw| timeline.since_start(raw));
        assert_eq!(mapped, [20, 20, 520, 1_020, 1_020]);
    }

    #[test]
    fn it_never_runs_back() {
        let clock = Clock::new();
        let mut timeline = Timeline::start(clock.clone());
        let mut last = 0;
        for _ in 0..10_000 {
            let raw = clock.raw();
            timeline.advance();
            let t = timeline.since_start(raw);
            assert!(t >= last, "{t} after {last}");
            last = t;
        }
    }
}
