//! Reasons why a trace and a log cannot be compared.

use std::fmt;

use super::log::LogError;
use crate::reader::Error;

/// Reason why a trace and a log cannot be compared.
#[derive(Debug)]
pub enum Failure {
    /// The trace cannot be read.
    Trace(Error),
    /// The log cannot be read, or its calls contradict each other.
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
