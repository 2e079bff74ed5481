//! The time of day at which a recording began.

use std::time::{Duration, SystemTime};

use socket_tap::format::Header;

/// The time of day at which a recording began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started(Option<SystemTime>);

impl Started {
    /// Returns the time in the header; 1970 stands for it if the header has none.
    pub(super) fn of(header: &Header) -> Self {
        Self(humantime::parse_rfc3339(&header.started).ok())
    }

    /// Returns `true` if the header has the time.
    pub(super) fn is_known(&self) -> bool {
        self.0.is_some()
    }

    fn time(&self) -> SystemTime {
        self.0.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Returns the date and time that is `t` nanoseconds after the start.
    pub(super) fn date_time(&self, t: u64) -> String {
        let time = self.time().checked_add(Duration::from_nanos(t));
        // Times after the year 9999 have no such format.
        let time = time.filter(|time| *time < SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800));
        humantime::format_rfc3339_micros(time.unwrap_or(SystemTime::UNIX_EPOCH)).to_string()
    }

    /// Returns the start in seconds since 1970.
    pub(super) fn seconds(&self) -> f64 {
        self.time().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }
}
