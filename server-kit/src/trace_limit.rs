//! A flag value that limits the size of a trace.

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use socket_tap::sink::TraceFile;

/// Number of files of a trace with a size limit, including the file that is being written.
const FILES: u64 = 4;

/// Smallest valid limit in bytes. Each file can then hold at least a few events.
const MIN_BYTES: u64 = 64 * 1024;

const UNITS: [(&str, u32); 4] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

/// The maximum size of a trace on disk, or none.
///
/// ```
/// use server_kit::TraceLimit;
///
/// let limit: TraceLimit = "256MiB".parse()?;
/// assert_eq!(limit.bytes(), Some(256 * 1024 * 1024));
/// assert_eq!("0".parse::<TraceLimit>()?.bytes(), None);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceLimit(Option<u64>);

impl TraceLimit {
    /// Returns the limit in bytes, or `None` if the size is unlimited.
    #[must_use]
    pub fn bytes(self) -> Option<u64> {
        self.0
    }

    /// Creates a trace file. With a size limit, rotates through four files and deletes the oldest.
    ///
    /// # Errors
    /// Returns the same errors as [`TraceFile::create`].
    pub fn create(self, path: &Path) -> io::Result<TraceFile> {
        let file = TraceFile::create(path)?;
        Ok(match self.0 {
            Some(bytes) => file.rotate(bytes / FILES, FILES - 1),
            None => file,
        })
    }
}

impl FromStr for TraceLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = UNITS.iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)));
        let (number, shift) = unit.unwrap_or((text, 0));
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
        match bytes {
            Some(0) => Ok(Self(None)),
            Some(bytes) if bytes >= MIN_BYTES => Ok(Self(Some(bytes))),
            Some(_) => Err(format!("expected at least {}, or 0 for no limit", Self(Some(MIN_BYTES)))),
            None => Err("expected a size, such as 64KiB, 256MiB or 2GiB, or 0 for no limit".to_owned()),
        }
    }
}

impl fmt::Display for TraceLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.unwrap_or(0);
        let is_multiple = |(_, shift): &&(&str, u32)| bytes > 0 && bytes.trailing_zeros() >= *shift;
        match UNITS.iter().rev().find(is_multiple) {
            Some((unit, shift)) => write!(f, "{}{unit}", bytes >> shift),
            None => write!(f, "{bytes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsed_size_formats_as_the_same_text() {
        for text in ["0", "64KiB", "65537", "100KiB", "256MiB", "3GiB", "1TiB"] {
            assert_eq!(text.parse::<TraceLimit>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn invalid_trace_sizes_are_rejected() {
        for text in ["", "MiB", "-1", "1.5GiB", "256MB", "256 MiB", "99999999999TiB", "63KiB", "1"] {
            assert!(text.parse::<TraceLimit>().is_err(), "{text}");
        }
    }
}
