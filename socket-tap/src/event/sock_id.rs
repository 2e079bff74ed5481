//! The number that identifies a socket in its recording.

use std::fmt;
use std::num::{NonZeroU64, ParseIntError};
use std::str::FromStr;

/// The number of a socket in its recording. Sockets are counted from 1. Unlike a file descriptor, a number is
/// never reused.
///
/// With the feature `file` it serializes as a plain number.
///
/// ```
/// use socket_tap::event::SockId;
///
/// let sock = SockId::new(2).ok_or("0 is not a socket")?;
/// assert_eq!(format!("#{sock}"), "#2");
/// assert_eq!(sock.get(), 2);
/// assert_eq!(SockId::new(0), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "file", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct SockId(NonZeroU64);

impl SockId {
    /// Creates a socket number. Returns `None` for 0, which stands for no socket.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Returns the number as an integer, which is never 0.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// Returns the number of the next socket if `earlier` sockets have been created. `after(0)` is 1.
    pub(crate) const fn after(earlier: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(earlier))
    }
}

impl FromStr for SockId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for SockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
