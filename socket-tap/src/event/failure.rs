//! The reason why an operation failed.

use std::borrow::Cow;
use std::fmt;

/// Reason why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Reason in words, for example `connection reset`.
    pub reason: Cow<'static, str>,
    /// Error number of the operating system (`errno`). `None` if there is none.
    pub errno: Option<i32>,
}

impl From<&std::io::Error> for Failure {
    fn from(error: &std::io::Error) -> Self {
        Self { reason: error.kind().to_string().into(), errno: error.raw_os_error() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.errno.map_or(Ok(()), |errno| write!(f, " (errno {errno})"))
    }
}
