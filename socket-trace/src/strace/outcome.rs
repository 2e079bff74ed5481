//! Choices for an import, and its outcome.

use socket_tap::format::{End, Side};

/// Choices for an import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Name of the recording.
    pub name: String,
    /// Side of the program. `None` to find out: a program that listens is a server.
    pub side: Option<Side>,
    /// Maximum number of bytes to keep of each read and write. `None` for all that strace printed.
    pub capture: Option<u64>,
    /// Value of the header's field `recorder`.
    pub recorder: String,
    /// Name of the program. `None` for the one that the log shows.
    pub program: Option<String>,
}

/// A line of a log, with the file it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the file.
    pub source: String,
    /// Number of the line, from 1.
    pub line: u64,
}

/// Outcome of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Counts of the end line.
    pub end: End,
    /// Number of lines of the log.
    pub lines: u64,
    /// Number of lines that cannot be read.
    pub unreadable: u64,
    /// The first unreadable lines.
    pub unreadable_at: Vec<Place>,
    /// Line at which a program set up an `io_uring`, whose calls strace does not see.
    pub io_uring: Option<Place>,
    /// Line at which a second log begins, whose processes cannot be distinguished from those of the first.
    pub second_log: Option<Place>,
    /// `true` if the log has lines, and none of them has a time.
    pub lacks_times: bool,
}
