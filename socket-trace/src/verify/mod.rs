//! Whether a trace is exact: compares it, call by call, with what strace saw of the same process.
//!
//! For each socket of the trace, found by the file descriptor that the trace names and the order in which the kernel
//! gives these out: every call that strace saw on it, with its byte count, its error and its place, is in the trace,
//! and the trace has no other.
//!
//! Four things are not differences, because an event is what the *program* gets, and tokio stands between it and the
//! kernel:
//!
//! - A call that would have blocked (`EAGAIN`) is no event: tokio waits, and asks again.
//! - `shutdown` of a connection that is gone (`ENOTCONN`) is an event without error: tokio reports success.
//! - `connect` is one event at the end of the handshake: the kernel returns `EINPROGRESS` at once, and tokio asks for the
//!   result with `getsockopt(SO_ERROR)`. A connect that is given up has no result, and no event.
//! - A failure without an errno never reached the kernel: a path that is too long for a socket, for example.
//!
//! `getsockname`, `getpeername` and `getsockopt`, by which the tap learns addresses and `TCP_INFO`, move and change
//! nothing and are left out, and so are `ioctl`, `fcntl` and reads with `MSG_PEEK`. Sockets that the trace never opens
//! are not looked at; a connection that strace saw a traced listener accept is one of the trace's.
//!
//! A socket that the tap *adopts* is compared from its adoption on, and one that it *releases* up to its release. The
//! log has no call for either, so the moment is found by what the tap asks the kernel just before: see `adoption` and
//! `handover`. When the log leaves several moments and they make a difference, the verdict is that it cannot be told.
//!
//! Calls that several threads make on one socket at the same time may be recorded in another order than the kernel's:
//! an order is only wrong if the log refutes it.
//!
//! A stream without a file descriptor ([`TapStream::wrap`](socket_tap::TapStream::wrap)) is left out, and the report
//! says so: the kernel sees its bytes as those of the socket below, or not at all.
//!
//! Both files are read once, side by side. What is kept is what is known of open sockets, and what one file has told
//! and the other not yet: as long as they agree, little. To find out that a socket of the log is none of the trace's,
//! the trace is read ahead.
//!
//! # Layout
//!
//! - [`log`]: the lines of strace, each call's beginning and end
//! - [`syscall`], `translate`, `address`: the text of one system call, and what it means
//! - `threads`: which threads belong to the process that recorded
//! - `kernel`: the process's sockets, followed by their file descriptors
//! - `call`: one call in the words of both
//! - `feed`: the trace, socket by socket
//! - `check`: the comparison
//! - `followed`: sockets of the kernel, matched to those of the trace
//! - `order`: calls of several threads at once
//! - `handover`, `adoption`, `clock`: when a socket came to the tap, and when it left it
//! - `doubts`: what keeps the comparison from being a proof
//! - `failure`: reasons why no comparison is possible
//! - [`report`]: what it comes to

mod address;
mod adoption;
mod call;
mod check;
mod clock;
mod doubts;
mod failure;
mod feed;
mod followed;
mod handover;
mod kernel;
pub mod log;
mod order;
pub mod report;
pub mod syscall;
mod threads;
mod translate;

use crate::reader::Trace;
use check::Check;
use feed::Feed;
use kernel::Kernel;
use log::Log;
use report::{Report, Verdict};

pub use failure::Failure;

/// Compares a trace with the log of strace over the process that recorded it.
///
/// # Errors
/// When either cannot be read, or the log does not let the sockets be followed.
pub fn verify(trace: Trace, log: Log) -> Result<Report, Failure> {
    let kernel = Kernel::new(log, trace.header().pid);
    let mut check = Check::new(kernel, Feed::new(trace));
    check.run()?;
    let cut = doubts::cut(&check);
    let unproved = doubts::unproved(&mut check);
    let differs = !check.differences.is_empty();
    let verdict = match (cut.is_empty(), unproved.is_empty()) {
        (false, _) => Verdict::Inconclusive,
        (true, _) if differs => Verdict::Different,
        (true, false) => Verdict::Inconclusive,
        (true, true) => Verdict::Exact,
    };
    if verdict == Verdict::Inconclusive {
        check.differences.clear();
        check.more_differences.clear();
    }
    let not_compared = doubts::not_compared(&check);
    Ok(Report {
        verdict,
        reasons: cut.into_iter().chain(unproved).collect(),
        trace: check.feed.trace().source().to_owned(),
        log: check.kernel.log().source().to_owned(),
        sockets: check.sockets,
        calls: check.calls,
        hidden: check.hidden,
        differences: check.differences,
        more_differences: check.more_differences.len() as u64,
        not_compared,
    })
}

#[cfg(test)]
mod tests;
