//! Converts the times of an strace log to the time of a trace.

use super::line::{DAY, Stamp};

/// The clock of a log: nanoseconds since 1970 or, for a log with other times, since a day before its first line.
#[derive(Debug, Default)]
pub(super) struct LogClock {
    /// `true` if the times are since 1970. `None` before the first line with a time.
    is_realtime: Option<bool>,
    now: u64,
    /// Time of day at `now`.
    of_day: u64,
    /// `true` if the lines are those of several logs: one may be earlier than the previous one.
    is_merged: bool,
}

impl LogClock {
    /// Returns the clock of one of several logs, whose first line is within half a day of this time of day.
    pub(super) fn near(of_day: u64) -> Self {
        Self { is_realtime: Some(false), now: DAY, of_day, is_merged: true }
    }

    /// Sets that the lines are those of several logs.
    pub(super) fn merges_logs(&mut self) {
        self.is_merged = true;
    }

    /// Returns the time of a line with this stamp. A line without one has the time of the previous line. `None` if
    /// no line had a time yet.
    pub(super) fn time(&mut self, stamp: Stamp) -> Option<u64> {
        match stamp {
            Stamp::Realtime(time) => {
                self.is_realtime = Some(true);
                self.now = time;
            }
            Stamp::Relative(time) => {
                self.is_realtime.get_or_insert(false);
                self.now = self.now.saturating_add(time);
            }
            Stamp::OfDay(time) => return Some(self.of_day(time)),
            Stamp::None => {}
        }
        self.is_realtime.map(|_| self.now)
    }

    fn of_day(&mut self, time: u64) -> u64 {
        if self.is_realtime.replace(false).is_none() {
            // Lines of other logs may be earlier.
            (self.now, self.of_day) = (DAY, time);
        }
        let passed = (time + DAY - self.of_day) % DAY;
        let is_earlier = match self.is_merged {
            true => passed > DAY / 2,
            false => time < self.of_day && passed >= DAY / 2,
        };
        if is_earlier && self.is_merged {
            return self.now.saturating_sub(DAY - passed);
        }
        // The lines of one log are in order, so the clock was set back.
        self.now = self.now.saturating_add(if is_earlier { 0 } else { passed });
        self.of_day = time;
        self.now
    }

    /// Returns `true` if the times are since 1970.
    pub(super) fn is_realtime(&self) -> bool {
        self.is_realtime.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_since_the_previous_line_add_up() {
        let mut clock = LogClock::default();
        assert_eq!(clock.time(Stamp::None), None);
        assert_eq!(clock.time(Stamp::Relative(0)), Some(0));
        assert_eq!(clock.time(Stamp::Relative(5)), Some(5));
        assert_eq!(clock.time(Stamp::Relative(7)), Some(12));
        assert!(!clock.is_realtime());
    }

    #[test]
    fn times_of_day_continue_after_midnight() {
        let mut clock = LogClock::default();
        clock.time(Stamp::OfDay(DAY - 10));
        assert_eq!(clock.time(Stamp::OfDay(5)), Some(DAY + 15));
        // The clock was set back.
        assert_eq!(clock.time(Stamp::OfDay(4)), Some(DAY + 15));
    }

    #[test]
    fn line_of_another_log_may_be_earlier() {
        let mut clock = LogClock::near(DAY - 10);
        let mut passed =
            |time| clock.time(Stamp::OfDay(time)).map(|time| time.wrapping_sub(DAY).cast_signed());
        assert_eq!([DAY - 10, DAY - 5, DAY - 20, DAY - 4].map(&mut passed), [0, 5, -10, 6].map(Some));
        assert_eq!([3, DAY - 1, 4].map(passed), [13, 9, 14].map(Some));
    }

    #[test]
    fn times_since_1970_are_kept() {
        let mut clock = LogClock::default();
        assert_eq!(clock.time(Stamp::Realtime(1_795_384_260_010_622_000)), Some(1_795_384_260_010_622_000));
        assert!(clock.is_realtime());
    }
}
