//! Converts the times of an strace log to the time of a trace.

use super::line::Stamp;

const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

/// The clock of a log: nanoseconds since 1970 or, for a log with other times, since its first line.
#[derive(Debug, Default)]
pub(super) struct LogClock {
    /// `true` if the times are since 1970. `None` before the first line with a time.
    is_realtime: Option<bool>,
    now: u64,
    /// Time of day of the previous line.
    of_day: u64,
}

impl LogClock {
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
            Stamp::OfDay(time) => {
                if self.is_realtime.replace(false).is_some() {
                    let passed =
                        if time >= self.of_day { time - self.of_day } else { self.past_midnight(time) };
                    self.now = self.now.saturating_add(passed);
                }
                self.of_day = time;
            }
            Stamp::None => {}
        }
        self.is_realtime.map(|_| self.now)
    }

    /// Returns the time since the previous line, which has a later time of day. A small difference is a step of the
    /// clock.
    fn past_midnight(&self, time: u64) -> u64 {
        let passed = (time + DAY).saturating_sub(self.of_day);
        if passed < DAY / 2 { passed } else { 0 }
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
        assert_eq!(clock.time(Stamp::OfDay(5)), Some(15));
        // The clock was set back.
        assert_eq!(clock.time(Stamp::OfDay(4)), Some(15));
    }

    #[test]
    fn times_since_1970_are_kept() {
        let mut clock = LogClock::default();
        assert_eq!(clock.time(Stamp::Realtime(1_795_384_260_010_622_000)), Some(1_795_384_260_010_622_000));
        assert!(clock.is_realtime());
    }
}
