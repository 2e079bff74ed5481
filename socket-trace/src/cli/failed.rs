//! Reasons why a subcommand failed.

use std::fmt;
use std::io;

use crate::capture_file;
use crate::contracts;
use crate::reader::Error;
use crate::verify::Failure;

/// Result of a subcommand, with its exit code as `T`, or of a function that a subcommand calls.
pub(super) type CommandResult<T = u8> = Result<T, Failed>;

/// The reason why a subcommand failed.
#[derive(Debug)]
pub(super) enum Failed {
    /// A trace cannot be read.
    Trace(Error),
    /// A trace or a log of strace cannot be read.
    Verify(Failure),
    /// A capture file cannot be read.
    Capture(capture_file::Error),
    /// The system's table of sockets cannot be read.
    Sockets(io::Error),
    /// The arguments are invalid, or name something that does not exist.
    Usage(String),
    /// A protobuf contract cannot be read.
    Contract(contracts::Error),
    /// Standard output cannot be written.
    Output(io::Error),
    /// An output file cannot be written.
    Write {
        /// Name of the file.
        name: String,
        /// The error of the operating system.
        error: io::Error,
    },
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::Verify(error) => error.fmt(f),
            Self::Capture(error) => error.fmt(f),
            Self::Sockets(error) => write!(f, "cannot read the table of sockets: {error}"),
            Self::Usage(error) => f.write_str(error),
            Self::Contract(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::Write { name, error } => write!(f, "cannot write {name}: {error}"),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Trace(error)
    }
}

impl From<capture_file::Error> for Failed {
    fn from(error: capture_file::Error) -> Self {
        Self::Capture(error)
    }
}

impl From<Failure> for Failed {
    fn from(error: Failure) -> Self {
        Self::Verify(error)
    }
}

impl From<contracts::Error> for Failed {
    fn from(error: contracts::Error) -> Self {
        Self::Contract(error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
