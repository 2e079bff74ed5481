//! Whether a trace is exact: compares it, call by call, with what strace saw of the same process.
//!
//! For each socket of the trace, found by the file descriptor that the trace names and the order in which the kernel
//! gives these out: every call that strace saw on it, with its byte count, its error and its place, is in the trace,
//! and the trace has no other.
//!
//! Three things are not differences, because an event is what the *program* is told, and tokio stands between it and
//! the kernel:
//!
//! - A call that would have blocked (`EAGAIN`) is no event: tokio waits, and asks again.
//! - `shutdown` of a connection that is gone (`ENOTCONN`) is an event without error: tokio says that it is done.
//! - `connect` is one event at the end of the handshake: the kernel answers `EINPROGRESS` at once, and tokio asks how it
//!   went with `getsockopt(SO_ERROR)`.
//!
//! `getsockname`, `getpeername` and `getsockopt`, by which the tap learns addresses and `TCP_INFO`, move and change
//! nothing and are left out. Sockets that the trace never opens are not looked at; a connection that strace saw a
//! traced listener accept is one of the trace's.
//!
//! Both files are read once, side by side. What is kept is what is known of open sockets, and what one file has told
//! and the other not yet: as long as they agree, little.
//!
//! # Layout
//!
//! - [`log`]: the lines of strace, each call's beginning and end
//! - [`syscall`]: the text of one system call
//! - `threads`: which threads belong to the process that recorded
//! - `kernel`: the process's sockets, followed by their file descriptors
//! - `call`: one call in the words of both
//! - `feed`: the trace, socket by socket
//! - `check`: the comparison
//! - [`report`]: what it comes to

mod call;
mod check;
mod feed;
mod kernel;
pub mod log;
pub mod report;
pub mod syscall;
mod threads;

use std::fmt;

use crate::reader::{Ending, Error, Trace};
use check::Check;
use feed::Feed;
use kernel::Kernel;
use log::{Log, LogError};
use report::{Report, Verdict};

/// Why a comparison could not be made.
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

/// Compares a trace with the log of strace over the process that recorded it.
///
/// # Errors
/// When either cannot be read, or the log does not let the sockets be followed.
pub fn verify(trace: Trace, log: Log) -> Result<Report, Failure> {
    let kernel = Kernel::new(log, trace.header().pid);
    let mut check = Check::new(kernel, Feed::new(trace));
    check.run()?;
    let (cut, edited) = doubts(&check);
    let differs = !check.differences.is_empty();
    // What is cut or lossy lacks calls, so a difference would prove nothing.
    let verdict = match (cut.is_empty(), edited.is_empty()) {
        (false, _) => Verdict::Unclear,
        (true, _) if differs => Verdict::Different,
        (true, false) => Verdict::Unclear,
        (true, true) => Verdict::Exact,
    };
    if verdict == Verdict::Unclear {
        check.differences.clear();
        check.more_differences = 0;
    }
    Ok(Report {
        verdict,
        reasons: cut.into_iter().chain(edited).collect(),
        trace: check.feed.trace().source().to_owned(),
        log: check.kernel.log().source().to_owned(),
        sockets: check.sockets,
        calls: check.calls,
        hidden: check.hidden,
        differences: check.differences,
        more_differences: check.more_differences,
    })
}

/// Why trace or log prove nothing; and why they do not prove that all is well.
fn doubts(check: &Check) -> (Vec<String>, Vec<String>) {
    let (mut cut, mut unproved) = (Vec::new(), Vec::new());
    cut.extend(check.kernel.doubt());
    let trace = check.feed.trace();
    let source = trace.source();
    match trace.ending() {
        Ending::CutShort { .. } => cut.push(format!("{source} is cut short: it has no end line")),
        Ending::TextAfterEnd { line } => {
            cut.push(format!(
                "text follows the end line of {source} (line {line}): two programs wrote to it"
            ));
        }
        Ending::Complete(end) if end.lost > 0 => {
            cut.push(format!("{source} is lossy: {} reads and writes are missing", end.lost));
        }
        Ending::Complete(end) if end.events != trace.events() => unproved.push(format!(
            "{source} has {} events, and its end line counts {}: it was changed after it was written",
            trace.events(),
            end.events
        )),
        Ending::Complete(_) => {}
    }
    if check.after_the_end > 0 {
        unproved.push(format!(
            "{source} ends while sockets are open: {} later calls on them cannot be judged",
            check.after_the_end
        ));
    }
    if check.sockets == 0 {
        unproved.push("they have no socket in common".to_owned());
    }
    (cut, unproved)
}

#[cfg(test)]
mod tests;
