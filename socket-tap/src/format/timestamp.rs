//! Formats a calendar time as text.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// A time whose `Display` form is RFC 3339 in UTC with nanoseconds: `2026-11-22T15:04:05.123456789Z`. A time
/// before 1970 is shown as the beginning of 1970.
pub(crate) struct Timestamp(pub(crate) SystemTime);

impl Timestamp {
    /// Returns the calendar time at a reading of the monotonic clock.
    ///
    /// The two clocks cannot be read at once, so the calendar is read between two readings of the other. The shortest of several
    /// attempts counts, because the thread can lose its processor in between.
    pub(crate) fn at_monotonic(ns: u64) -> Self {
        const ATTEMPTS: usize = 5;
        let mut shortest = (u64::MAX, UNIX_EPOCH);
        for _ in 0..ATTEMPTS {
            let before = crate::monotonic_ns();
            let now = SystemTime::now();
            let duration = crate::monotonic_ns().saturating_sub(before);
            if duration < shortest.0 {
                let middle = before + duration / 2;
                let distance = Duration::from_nanos(middle.abs_diff(ns));
                let time = if middle > ns { now.checked_sub(distance) } else { now.checked_add(distance) };
                shortest = (duration, time.unwrap_or(now));
            }
        }
        Self(shortest.1)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_1970 = self.0.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, ns) = (since_1970.as_secs(), since_1970.subsec_nanos());
        let (year, month, day) = date(seconds / DAY);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ns:09}Z")
    }
}

/// Converts a number of days since 1970-01-01 to a Gregorian year, month and day.
///
/// It implements `civil_from_days` of <https://howardhinnant.github.io/date_algorithms.html>. That algorithm
/// counts years from March, so that the leap day is the last day of a year.
fn date(days_since_1970: u64) -> (u64, u64, u64) {
    const DAYS_IN_400_YEARS: u64 = 146_097;
    // Counts from 0000-03-01, which is 719,468 days before 1970-01-01.
    let days = days_since_1970 + 719_468;
    let (era, day_of_era) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = if months_since_march < 10 { months_since_march + 3 } else { months_since_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64, ns: u32) -> String {
        Timestamp(UNIX_EPOCH + Duration::new(seconds, ns)).to_string()
    }

    /// `date -u --iso-8601=seconds -d @SECONDS` printed the expected texts.
    #[test]
    fn formatted_timestamps_equal_those_of_date_command() {
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(at(951_782_400, 1), "2000-02-29T00:00:00.000000001Z");
        assert_eq!(at(1_795_359_845, 123_456_789), "2026-11-22T15:04:05.123456789Z");
        assert_eq!(at(4_107_542_399, 0), "2100-02-28T23:59:59.000000000Z");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000000000Z");
        assert_eq!(at(253_402_300_799, 999_999_999), "9999-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn computed_dates_match_the_calendar_for_800_years() {
        let is_leap = |year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut expected = (1970, 1, 1);
        for day in 0..2 * 146_097 {
            assert_eq!(date(day), expected);
            let (year, month, day) = expected;
            let last = match month {
                2 if is_leap(year) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn calendar_time_belongs_to_the_reading_of_the_monotonic_clock() {
        let now = crate::monotonic_ns();
        // The second is read later, and has to be the same.
        let [first, second] = [now, now].map(|ns| Timestamp::at_monotonic(ns).0);
        let later = Timestamp::at_monotonic(now + 3_000_000_000).0;
        let apart = |a: SystemTime, b: SystemTime| {
            a.duration_since(b).unwrap_or_else(|error| error.duration()).as_nanos()
        };
        assert!(apart(first, second) < 5_000_000);
        assert!(apart(later, first).abs_diff(3_000_000_000) < 5_000_000);
    }

    #[test]
    fn time_before_1970_is_shown_as_1970() {
        assert_eq!(
            Timestamp(UNIX_EPOCH - Duration::from_secs(1)).to_string(),
            "1970-01-01T00:00:00.000000000Z"
        );
    }
}
