//! Errors while reading a log.

use std::fmt;

/// An error while reading a log.
#[derive(Debug)]
pub struct LogError {
    /// The file.
    pub source: String,
    /// Line number, from 1; 0 for the file as a whole.
    pub line: u64,
    /// The error and its remedy.
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
