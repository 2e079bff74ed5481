//! A flag value that is a number of seconds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A duration in seconds, which may have a fraction. Parsing rejects zero.
///
/// ```
/// use std::time::Duration;
/// use server_kit::Seconds;
///
/// let timeout: Seconds = "0.5".parse()?;
/// assert_eq!(Duration::from(timeout), Duration::from_millis(500));
/// assert_eq!(timeout.to_string(), "0.5");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(Duration);

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        seconds.0
    }
}

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let nonzero = seconds.filter(|seconds| !seconds.is_zero());
        nonzero.map(Self).ok_or_else(|| "expected a number of seconds above 0, such as 60 or 0.5".to_owned())
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_secs_f64())
    }
}
