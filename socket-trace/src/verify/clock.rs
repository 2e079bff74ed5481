//! The time stamps of the log laid on the time line of the trace, to exclude what cannot have been.
//!
//! strace stamps a call when it begins, with the wall clock (`-ttt`). A trace counts from a moment whose wall-clock time
//! its header has. The header reads that clock a little later than the one that counts, so by it events seem later than
//! they were: at most by what the trace is behind the log in any call that both have.

use socket_tap::format::Header;

use super::call::{At, What};

/// By how many nanoseconds events may seem later than they were, while no call that both have says it better.
const LATE: i128 = 100_000_000;

/// By how many they may seem earlier: clocks are rounded, and a wall clock is set in small steps.
const EARLY: i128 = 10_000_000;

/// By how many what is measured may be wrong.
const ROUNDING: i128 = 1_000_000;

#[derive(Debug)]
pub(super) struct Clock {
    /// Nanoseconds since the epoch when the recording began.
    start: Option<i128>,
    /// Something was decided by time.
    used: bool,
    /// By how much the log was ahead of the trace in a call that both have, at most.
    ahead: i128,
    /// How long after the beginning of a call the trace has it, at least.
    behind: Option<i128>,
}

impl Clock {
    pub(super) fn of(header: &Header) -> Self {
        let start = humantime::parse_rfc3339(&header.started).ok();
        let since_epoch = start.and_then(|start| start.duration_since(std::time::UNIX_EPOCH).ok());
        let start = since_epoch.and_then(|since| i128::try_from(since.as_nanos()).ok());
        Self { start, used: false, ahead: 0, behind: None }
    }

    /// Returns whether the event at `t` was certainly before the log's `time`.
    pub(super) fn is_before(&mut self, t: u64, time: Option<u64>) -> bool {
        let before = self.apart(t, time).is_some_and(|apart| apart > EARLY);
        self.used |= before;
        before
    }

    /// Returns whether the event at `t` was certainly after the log's `time`.
    pub(super) fn is_after(&mut self, t: u64, time: Option<u64>) -> bool {
        let late = self.behind.map_or(LATE, |behind| (behind + ROUNDING).clamp(0, LATE));
        let after = self.apart(t, time).is_some_and(|apart| apart < -late);
        self.used |= after;
        after
    }

    /// How much later the log's `time` is than the event at `t`.
    fn apart(&self, t: u64, time: Option<u64>) -> Option<i128> {
        Some(i128::from(time?) - (self.start? + i128::from(t)))
    }

    /// A call that both have.
    pub(super) fn observe(&mut self, log: &At, trace: &At) {
        // Calls that send may be stamped before the kernel sees them, and a close is.
        if matches!(log.call.what, What::Write { .. } | What::SendTo { .. } | What::Shutdown | What::Close) {
            return;
        }
        let (Some(start), Some(log)) = (self.start, log.time) else { return };
        let Some(trace) = trace.time else { return };
        let apart = start + i128::from(trace) - i128::from(log);
        self.ahead = self.ahead.max(-apart);
        self.behind = Some(self.behind.map_or(apart, |behind| behind.min(apart)));
    }

    /// Why what was decided by time may be wrong, given whether the clock of the log was set back.
    pub(super) fn doubt(&self, was_set_back: bool) -> Option<String> {
        let disagree = was_set_back || self.ahead > EARLY || self.behind.is_none_or(|behind| behind > LATE);
        (self.used && disagree).then(|| {
            "nothing shows that the clocks of trace and log agree, by which it was decided when sockets were adopted: \
             record both again without setting the clock meanwhile"
                .to_owned()
        })
    }
}
