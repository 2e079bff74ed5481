//! Converts times of trace events to the clock of an strace log, to exclude impossible orders of calls.
//!
//! strace stamps the beginning of a call with the wall clock (`-ttt`). The events of a trace have the time
//! since the start of the recording, and the header has the wall-clock time of this start. The recorder reads
//! the wall clock for the header a little after the monotonic clock, so the converted times of events are too
//! late. This error is at most the smallest delay from a call in the log to the event of the same call in the
//! trace, because no call ends before it begins.

use socket_tap::format::Header;

use super::call::{CallKind, LocatedCall};

/// Maximum time in nanoseconds by which the time of a trace event, converted to the clock of the log, may be
/// too late. A smaller delay that is measured from a call in both log and trace replaces it.
const LATE: i128 = 100_000_000;

/// Maximum time in nanoseconds by which the time of a trace event, converted to the clock of the log, may be
/// too early, because clocks are rounded, and adjusted in small steps.
const EARLY: i128 = 10_000_000;

/// Maximum rounding error of a measured delay, in nanoseconds.
const ROUNDING: i128 = 1_000_000;

#[derive(Debug)]
pub(super) struct Clock {
    /// Start of the recording, in nanoseconds since 1970.
    start: Option<i128>,
    /// `true` once [`is_before`](Self::is_before) or [`is_after`](Self::is_after) has returned `true`, so
    /// that the result of the comparison depends on the clocks.
    used: bool,
    /// Largest time in nanoseconds by which the converted time of an event precedes the start of the same
    /// call in the log; 0 if none does. Only clocks that differ can cause this.
    ahead: i128,
    /// Smallest measured time in nanoseconds from the start of a call in the log to the event of the same
    /// call in the trace. `None` before the first such call.
    behind: Option<i128>,
}

impl Clock {
    pub(super) fn of(header: &Header) -> Self {
        let start = humantime::parse_rfc3339(&header.started).ok();
        let since_epoch = start.and_then(|start| start.duration_since(std::time::UNIX_EPOCH).ok());
        let start = since_epoch.and_then(|since| i128::try_from(since.as_nanos()).ok());
        Self { start, used: false, ahead: 0, behind: None }
    }

    /// Returns `true` if an event of the trace certainly precedes a time in the log. `t` is the event's time
    /// in nanoseconds since the recording began, and `time` is in nanoseconds since 1970.
    pub(super) fn is_before(&mut self, t: u64, time: Option<u64>) -> bool {
        let before = self.apart(t, time).is_some_and(|apart| apart > EARLY);
        self.used |= before;
        before
    }

    /// Returns `true` if an event of the trace certainly follows a time in the log. `t` is the event's time
    /// in nanoseconds since the recording began, and `time` is in nanoseconds since 1970.
    pub(super) fn is_after(&mut self, t: u64, time: Option<u64>) -> bool {
        let late = self.behind.map_or(LATE, |behind| (behind + ROUNDING).clamp(0, LATE));
        let after = self.apart(t, time).is_some_and(|apart| apart < -late);
        self.used |= after;
        after
    }

    /// Returns the nanoseconds from the event at `t` in the trace to `time` in the log; negative if the event
    /// is later. `None` if a time is unknown.
    fn apart(&self, t: u64, time: Option<u64>) -> Option<i128> {
        Some(i128::from(time?) - (self.start? + i128::from(t)))
    }

    /// Measures by how much the clocks of log and trace differ, from a call that both contain.
    pub(super) fn observe(&mut self, log: &LocatedCall, trace: &LocatedCall) {
        // Events of sending calls and of closes may be stamped before the kernel sees the call.
        if matches!(
            log.call.kind,
            CallKind::Write { .. } | CallKind::SendTo { .. } | CallKind::Shutdown | CallKind::Close
        ) {
            return;
        }
        let (Some(start), Some(log)) = (self.start, log.time) else { return };
        let Some(trace) = trace.time else { return };
        let apart = start + i128::from(trace) - i128::from(log);
        self.ahead = self.ahead.max(-apart);
        self.behind = Some(self.behind.map_or(apart, |behind| behind.min(apart)));
    }

    /// Returns the reason why decisions based on times may be wrong, or `None`. `was_set_back` is `true` if
    /// the system clock was set back while strace wrote the log.
    pub(super) fn defect(&self, was_set_back: bool) -> Option<String> {
        let disagree = was_set_back || self.ahead > EARLY || self.behind.is_none_or(|behind| behind > LATE);
        (self.used && disagree).then(|| {
            "adoptions were found in the log by their time, but the clocks of trace and log may differ; record \
             again without setting the clock"
                .to_owned()
        })
    }
}
