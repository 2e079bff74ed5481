//! Reasons why no comparison is possible.

use std::fmt;

use super::log::LogError;
use crate::reader::Error;

/// Reason why a comparison is not possible.
#[derive(Debug)]
pub enum Failure {
    /// The trace cannot be read.
    Trace(Error),
    /// The log cannot be read, or cannot be followed.
    Log(LogError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::Log(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Trace(error)
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}
