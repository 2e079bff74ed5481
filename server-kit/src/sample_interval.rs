//! A flag value that is the interval between two samples.

use std::str::FromStr;
use std::time::Duration;

/// Shortest valid interval: that of the recorder.
const MIN: Duration = Duration::from_millis(1);

/// The interval between two samples of a connection, with a unit: `ms` or `s`.
///
/// ```
/// use std::time::Duration;
/// use server_kit::SampleInterval;
///
/// let interval: SampleInterval = "100ms".parse()?;
/// assert_eq!(Duration::from(interval), Duration::from_millis(100));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleInterval(Duration);

impl From<SampleInterval> for Duration {
    fn from(interval: SampleInterval) -> Self {
        interval.0
    }
}

impl FromStr for SampleInterval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = match text.strip_suffix("ms") {
            Some(number) => number.parse().ok().map(Duration::from_millis),
            None => text.strip_suffix('s').and_then(|number| number.parse().ok()).map(Duration::from_secs),
        };
        parsed
            .filter(|interval| *interval >= MIN)
            .map(Self)
            .ok_or_else(|| "expected an interval of at least 1ms, such as 100ms or 1s".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_sample_intervals_are_rejected() {
        for text in
            ["", "100", "ms", "s", "0ms", "0s", "-1s", "1.5s", "100us", "1m", "99999999999999999999ms"]
        {
            assert!(text.parse::<SampleInterval>().is_err(), "{text}");
        }
        assert_eq!("2s".parse(), Ok(SampleInterval(Duration::from_secs(2))));
    }
}
