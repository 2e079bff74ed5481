//! Errors while reading an strace log.

use std::fmt;

/// An error while reading an strace log.
#[derive(Debug)]
pub struct LogError {
    /// Name of the log file.
    pub source: String,
    /// Number of the invalid line, from 1; 0 if the error concerns the whole file.
    pub line: u64,
    /// Description of the error, with a remedy.
    pub message: String,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.source, self.message),
            line => write!(f, "{}, line {line}: {}", self.source, self.message),
        }
    }
}

impl std::error::Error for LogError {}
