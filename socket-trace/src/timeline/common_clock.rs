//! The clock on which recordings merge.

use std::time::{Duration, SystemTime};

use socket_tap::format::{Clock, Header};

/// Converts the starts of recordings to one clock.
///
/// It is the monotonic clock of the machine, unless a recording has only the time of the calendar. Then it is that, and the
/// header of another recording, which has both clocks at one moment, gives their difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CommonClock {
    /// Number to add to a time of the monotonic clock.
    difference: u64,
}

impl CommonClock {
    pub(super) fn of<'a>(headers: impl Iterator<Item = &'a Header> + Clone) -> Self {
        let is_monotonic = |header: &&Header| header.clock == Clock::Monotonic;
        if headers.clone().all(|header| is_monotonic(&header)) {
            return Self::default();
        }
        let difference = headers.filter(is_monotonic).find_map(|header| {
            let started = u64::try_from(started(header)?.as_nanos()).ok()?;
            started.checked_sub(header.monotonic_ns)
        });
        Self { difference: difference.unwrap_or(0) }
    }

    /// Returns the start of a recording.
    pub(super) fn start(self, header: &Header) -> u64 {
        match header.clock {
            Clock::Monotonic => header.monotonic_ns.saturating_add(self.difference),
            _ => header.monotonic_ns,
        }
    }
}

/// Returns the start time of a recording, as the time since 1970. `None` if the header lacks it.
pub(crate) fn started(header: &Header) -> Option<Duration> {
    humantime::parse_rfc3339(&header.started).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()
}

#[cfg(test)]
mod tests {
    use socket_tap::format::Side;

    use super::*;

    fn header(clock: Clock, started: &str, ns: u64) -> Header {
        let mut header = Header::new("shop", Side::Server);
        (header.clock, header.started, header.monotonic_ns) = (clock, started.to_owned(), ns);
        header
    }

    fn starts(headers: &[Header]) -> Vec<u64> {
        let clock = CommonClock::of(headers.iter());
        headers.iter().map(|header| clock.start(header)).collect()
    }

    #[test]
    fn recordings_with_monotonic_clocks_need_no_calendar() {
        assert_eq!(starts(&[header(Clock::Monotonic, "", 7), header(Clock::Monotonic, "", 5)]), [7, 5]);
    }

    #[test]
    fn capture_merges_by_the_calendar_of_another_recording() {
        let capture = header(Clock::Realtime, "1970-01-01T00:00:10.000000003Z", 10_000_000_003);
        let server = header(Clock::Monotonic, "1970-01-01T00:00:10Z", 77);
        let client = header(Clock::Monotonic, "1970-01-01T00:00:09Z", 70);
        // The difference is that of the first recording, so the two stay exact.
        assert_eq!(starts(&[capture, server, client]), [10_000_000_003, 10_000_000_000, 9_999_999_993]);
    }

    #[test]
    fn unreadable_start_is_skipped() {
        let capture = header(Clock::Realtime, "", 10_000_000_000);
        let [broken, server] = ["2026", "1970-01-01T00:00:10Z"].map(|it| header(Clock::Monotonic, it, 7));
        assert_eq!(starts(&[capture, broken, server])[2], 10_000_000_000);
    }
}
