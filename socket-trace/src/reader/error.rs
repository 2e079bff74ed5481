//! Errors while reading a trace.

use std::fmt;
use std::io;

use socket_tap::format::LineError;

/// Maximum number of bytes in a line. A write of 4 MiB, recorded completely, is 6 MiB of base64.
pub(super) const MAX_LINE: u64 = 64 * 1024 * 1024;

/// An error while reading a trace.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be opened or read.
    Io {
        /// Name of the file that cannot be read.
        source: String,
        /// The error of the operating system.
        error: io::Error,
    },
    /// A line is not valid in a trace.
    Line {
        /// Name of the file that contains the line.
        source: String,
        /// Number of the invalid line, from 1.
        line: u64,
        /// Reason why the line is invalid.
        error: LineError,
    },
    /// A line exceeds the maximum length; it was not read to its end.
    TooLong {
        /// Name of the file that contains the line.
        source: String,
        /// Number of the line that is too long, from 1.
        line: u64,
    },
    /// A line is not UTF-8.
    NotText {
        /// Name of the file that contains the line.
        source: String,
        /// Number of the line that is not UTF-8, from 1.
        line: u64,
    },
    /// The file is a capture of packets, not a trace.
    Capture {
        /// Name of the capture file.
        source: String,
    },
    /// The file is empty.
    Empty {
        /// Name of the empty file.
        source: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { source, error } => write!(f, "cannot read {source}: {error}"),
            Self::Line { source, line: 1, error } if !matches!(error, LineError::NewerVersion(_)) => {
                write!(
                    f,
                    "{source} is not a trace file: its first line must be a header with \"socket_tap\": {error}"
                )
            }
            Self::Line { source, line, error } => write!(f, "{source}, line {line}: {error}"),
            Self::NotText { source, line } => {
                write!(
                    f,
                    "{source}, line {line}: not UTF-8 text; check that it is a trace file of socket-tap"
                )
            }
            Self::TooLong { source, line } => write!(
                f,
                "{source}, line {line}: longer than {} MiB; check that it is a trace file of socket-tap",
                MAX_LINE >> 20
            ),
            Self::Capture { source } => write!(
                f,
                "{source} is a capture of packets; convert it with `socket-trace import {source} -o FILE`, and pass that file"
            ),
            Self::Empty { source } => write!(f, "{source} is empty: a trace file begins with a header line"),
        }
    }
}

impl std::error::Error for Error {}
