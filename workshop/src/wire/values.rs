//! Parses the values of flags: durations, shares and transmission rates.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Maximum round-trip time. Beyond it, the kernel repeats each SYN several times before the response can arrive.
const MAX_RTT: Duration = Duration::from_secs(10);

/// Maximum loss. Beyond it, TCP needs minutes for a call.
const MAX_LOSS: f64 = 0.5;

/// Smallest transmission rate in bits per second. A packet of 1,500 bytes then takes more than a second.
const MIN_BANDWIDTH: u64 = 10_000;

const UNITS: [(&str, u64); 4] = [("Gbit", 1_000_000_000), ("Mbit", 1_000_000), ("kbit", 1_000), ("bit", 1)];

/// Parses a round-trip time, such as `40ms`.
///
/// # Errors
/// If the text is not a duration with a unit, or the duration is longer than ten seconds.
pub fn parse_rtt(text: &str) -> Result<Duration, String> {
    let duration = match text {
        "0" => Ok(Duration::ZERO),
        text => humantime::parse_duration(text),
    };
    match duration {
        Ok(duration) if duration <= MAX_RTT => Ok(duration),
        _ => Err("expected a duration with a unit from 0ms to 10s, such as 40ms or 1s".to_owned()),
    }
}

/// A share of packets, such as `2%`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share(f64);

impl Share {
    /// Returns the share as a number from 0 to 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent = text.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
        match percent.map(|percent| percent / 100.0) {
            Some(fraction) if (0.0..=MAX_LOSS).contains(&fraction) => Ok(Self(fraction)),
            _ => Err("expected a percentage from 0% to 50%, such as 2% or 0.1%".to_owned()),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Hides the error of the division by 100.
        let percent = (self.0 * 100.0 * 1e9).round() / 1e9;
        write!(f, "{percent}%")
    }
}

/// A transmission rate, such as `1Mbit` per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth(u64);

impl Bandwidth {
    /// Returns the number of bits per second.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl FromStr for Bandwidth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = UNITS.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, *bits)));
        let bits = unit.and_then(|(number, bits)| number.parse::<u64>().ok()?.checked_mul(bits));
        match bits {
            Some(bits) if bits >= MIN_BANDWIDTH => Ok(Self(bits)),
            _ => Err(
                "expected a number of bits per second with a unit, at least 10kbit, such as 1Mbit or 512kbit"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, bits)| self.0.is_multiple_of(*bits));
        let (unit, bits) = unit.unwrap_or(&("bit", 1));
        write!(f, "{}{unit}", self.0 / bits)
    }
}
