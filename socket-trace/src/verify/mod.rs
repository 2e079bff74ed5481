//! Checks that a trace is exact: compares it, call by call, with an strace log of the same process.
//!
//! Sockets are matched by their file descriptors and the order in which the kernel assigns them. For each socket of
//! the trace, the trace must have every call that strace saw, in order and with its byte count and error, and no
//! other call.
//!
//! An event is the result that the *program* gets, and tokio hides some results of the kernel. So four things are not
//! differences:
//!
//! - A call that would have blocked (`EAGAIN`) is not an event: tokio waits and retries.
//! - `shutdown` of a connection that is gone (`ENOTCONN`) is an event without error: tokio reports success.
//! - `connect` is one event, when the handshake ends: the kernel returns `EINPROGRESS` at once, and tokio queries the
//!   result with `getsockopt(SO_ERROR)`. A cancelled connect has no result, and no event.
//! - A call that failed without an errno never reached the kernel, for example a path that is too long for a
//!   socket.
//!
//! Calls that transfer and change nothing are ignored: `getsockname`, `getpeername` and `getsockopt`, by which the
//! tap queries addresses and `TCP_INFO`, and `ioctl`, `fcntl` and reads with `MSG_PEEK`. Sockets that the trace never
//! opens are ignored, but a connection accepted on a traced listener must be in the trace.
//!
//! A socket that the tap *adopts* is compared from its adoption on, and one that it *releases* up to its
//! release. The log has no call for either, so their time is inferred from the tap's queries just before: see
//! `adoption` and `handover`. If the log allows several times for one of them and the result depends on the
//! choice, the verdict is inconclusive.
//!
//! Concurrent calls of several threads on one socket may be recorded in another order than the kernel's. An order is
//! wrong only if the log refutes it.
//!
//! A stream without a file descriptor ([`TapStream::wrap`](socket_tap::TapStream::wrap)) is not compared, and the
//! report counts it: the kernel sees its bytes as those of the socket below, or not at all.
//!
//! Both files are read once, side by side. Memory holds the state of open sockets, and calls found in only one of the
//! files so far. To find out that a socket of the log is not in the trace, the trace is read ahead.
//!
//! # Layout
//!
//! - [`log`]: parser of the lines of strace
//! - [`syscall`], `translate`, `address`: parsers of one system call
//! - `threads`: threads of the recorded process
//! - `kernel`: the sockets of the process, tracked by their file descriptors
//! - `call`: a call in a form common to kernel and trace
//! - `trace_calls`: the calls of the trace, by socket
//! - `check`: the comparison
//! - `followed`: matching of the kernel's sockets to those of the trace
//! - `order`: concurrent calls of several threads
//! - `handover`, `adoption`, `clock`: adoption and release of sockets
//! - `inconclusive`: reasons why the comparison is inconclusive
//! - `failure`: reasons why no comparison is possible
//! - [`report`]: the result of a verification

mod address;
mod adoption;
mod call;
mod check;
mod clock;
mod failure;
mod followed;
mod handover;
mod inconclusive;
mod kernel;
pub mod log;
mod order;
pub mod report;
pub mod syscall;
mod threads;
mod trace_calls;
mod translate;

use crate::reader::Trace;
use check::Check;
use kernel::Kernel;
use log::Log;
use report::{Report, Verdict};
use trace_calls::TraceCalls;

pub use failure::Failure;

/// Compares a trace with an strace log of the recorded process.
///
/// # Errors
/// Trace or log cannot be read, or sockets cannot be tracked in the log.
pub fn verify(trace: Trace, log: Log) -> Result<Report, Failure> {
    let kernel = Kernel::new(log, trace.header().pid);
    let mut check = Check::new(kernel, TraceCalls::new(trace));
    check.run()?;
    let invalidating = inconclusive::invalidating(&check);
    let reasons = inconclusive::inconclusive(&mut check);
    let differs = !check.differences.is_empty();
    let verdict = match (invalidating.is_empty(), reasons.is_empty()) {
        (false, _) => Verdict::Inconclusive,
        (true, _) if differs => Verdict::Different,
        (true, false) => Verdict::Inconclusive,
        (true, true) => Verdict::Exact,
    };
    if verdict == Verdict::Inconclusive {
        check.differences.clear();
        check.more_differences.clear();
    }
    let not_compared = inconclusive::not_compared(&check);
    Ok(Report {
        verdict,
        reasons: invalidating.into_iter().chain(reasons).collect(),
        trace: check.trace_calls.trace().source().to_owned(),
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
