//! Failures of subcommands.

use std::fmt;
use std::io;

use crate::reader::Error;
use crate::verify::Failure;
use socket_dissect::contracts;

/// The exit code of a subcommand, or its failure.
pub(super) type Done<T = u8> = Result<T, Failed>;

/// Reason why a subcommand failed.
#[derive(Debug)]
pub(super) enum Failed {
    /// With a trace.
    Trace(Error),
    /// With a trace or a log of strace.
    Verify(Failure),
    /// With the system's table of sockets.
    Sockets(io::Error),
    /// With what was asked for: it makes no sense, or is not there.
    Usage(String),
    /// With a contract.
    Contract(contracts::Error),
    /// With what was to be printed.
    Output(io::Error),
    /// With a file that was to be written.
    Write {
        /// The file.
        name: String,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::Verify(error) => error.fmt(f),
            Self::Sockets(error) => write!(f, "cannot read the table of sockets: {error}"),
            Self::Usage(error) => f.write_str(error),
            Self::Contract(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot print: {error}"),
            Self::Write { name, error } => write!(f, "cannot write {name}: {error}"),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Trace(error)
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
