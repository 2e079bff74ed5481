//! The result of a verification, as text and JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;
use socket_tap::event::SockId;

use super::call::{Call, LocatedCall};
use crate::units::plural;

/// Verdict on a trace, after comparing it with the kernel's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The trace contains exactly the kernel's calls.
    Exact,
    /// The trace lacks a call, or contains one that the kernel did not see.
    Different,
    /// The trace or the log is incomplete or ambiguous, so no verdict is possible.
    #[serde(rename = "unclear")]
    Inconclusive,
}

impl Verdict {
    /// Returns the exit code of `socket-trace verify`: 0 for exact, 1 for different, 2 for inconclusive.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Different => 1,
            Self::Inconclusive => 2,
        }
    }
}

/// Numbers of calls whose results differ between program and kernel, because tokio or the standard library
/// handles them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Number of calls that failed because they would have blocked.
    pub would_block: u64,
    /// Number of shutdowns of a connection that no longer existed (`ENOTCONN`). tokio reports success, and so
    /// does the trace.
    pub shutdowns_of_gone: u64,
    /// Number of calls in the trace that failed without a system call, for example because a path is too long
    /// for a socket.
    pub without_call: u64,
}

/// Result of comparing a trace with an strace log.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Verdict on the trace.
    pub verdict: Verdict,
    /// Reasons why the verdict is inconclusive.
    pub reasons: Vec<String>,
    /// Name of the trace file.
    pub trace: String,
    /// Name of the log file.
    pub log: String,
    /// Number of sockets that log and trace have in common.
    pub sockets: u64,
    /// Number of calls that log and trace have in common.
    pub calls: u64,
    /// Numbers of calls whose results differ between program and kernel.
    pub hidden: Hidden,
    /// The first difference of each socket that has one; at most 20.
    pub differences: Vec<Difference>,
    /// Number of sockets with a difference that is not in `differences`.
    pub more_differences: u64,
    /// Sockets of the trace that were not compared with the log, by reason.
    pub not_compared: Vec<NotCompared>,
}

/// Sockets of the trace that were not compared with the log, for one reason.
#[derive(Debug, Serialize)]
pub struct NotCompared {
    /// Number of sockets that were not compared.
    pub sockets: u64,
    /// Reason why the sockets were not compared.
    pub reason: &'static str,
}

/// A call that log and trace have in common.
#[derive(Clone, Debug, Serialize)]
pub(super) struct MatchedCall {
    pub(super) log_line: u64,
    pub(super) trace_line: u64,
    #[serde(serialize_with = "super::call::as_text")]
    pub(super) call: Call,
}

/// The first difference between log and trace on a socket.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Number of the socket in the trace; `None` if the trace lacks the socket.
    pub sock: Option<SockId>,
    /// File descriptor of the socket; `None` if the log lacks the socket.
    pub fd: Option<i32>,
    /// Position of the differing call among the calls of its socket, from 1.
    pub call: u64,
    /// The differing socket of the trace, or the listener that accepted it. If it is uncertain which socket
    /// of the log corresponds to this one, the difference is discarded.
    #[serde(skip)]
    pub(super) owner: Option<SockId>,
    pub(super) before: Vec<MatchedCall>,
    pub(super) kernel: Vec<LocatedCall>,
    pub(super) trace: Vec<LocatedCall>,
}

impl Difference {
    pub(super) fn new(sock: Option<SockId>, fd: Option<i32>, call: u64) -> Self {
        Self { sock, fd, call, owner: None, before: Vec::new(), kernel: Vec::new(), trace: Vec::new() }
    }

    pub(super) fn of(mut self, owner: SockId) -> Self {
        self.owner = Some(owner);
        self
    }

    pub(super) fn kernel(mut self, at: LocatedCall) -> Self {
        self.kernel.push(at);
        self
    }

    pub(super) fn more_of_kernel(&mut self, at: LocatedCall, max: usize) {
        if self.kernel.len() < max {
            self.kernel.push(at);
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.sock, self.fd) {
            (Some(sock), Some(fd)) => writeln!(f, "#{sock}, fd {fd}, first differs at call {}:", self.call)?,
            (Some(sock), None) => writeln!(f, "#{sock} is not in the log:")?,
            (None, fd) => writeln!(f, "fd {} is not in the trace:", fd.unwrap_or(-1))?,
        }
        for MatchedCall { log_line, trace_line, call } in &self.before {
            let text = call.to_string();
            writeln!(f, "  both    {text:<32} line {log_line} of the log, line {trace_line} of the trace")?;
        }
        side(f, "kernel", "log", &self.kernel)?;
        side(f, "trace", "trace", &self.trace)
    }
}

fn side(f: &mut fmt::Formatter<'_>, side: &str, file: &str, calls: &[LocatedCall]) -> fmt::Result {
    if calls.is_empty() {
        writeln!(f, "  {side:<7} nothing")?;
    }
    for LocatedCall { line, call, .. } in calls {
        let text = call.to_string();
        writeln!(f, "  {side:<7} {text:<32} line {line} of the {file}")?;
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matched = format!("{} on {}", plural(self.calls, "call"), plural(self.sockets, "socket"));
        match self.verdict {
            Verdict::Exact => writeln!(f, "The trace is exact: {matched}.")?,
            Verdict::Different => writeln!(f, "The trace differs from the log.")?,
            Verdict::Inconclusive => writeln!(f, "The comparison is inconclusive.")?,
        }
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        for NotCompared { sockets, reason } in &self.not_compared {
            writeln!(f, "  not compared: {sockets} {reason}")?;
        }
        if self.verdict == Verdict::Different {
            writeln!(f, "  equal in log and trace: {matched}")?;
        }
        let Hidden { would_block, shutdowns_of_gone, without_call } = self.hidden;
        let mut hidden = format!("EAGAIN: {would_block}");
        if shutdowns_of_gone > 0 {
            write!(hidden, ", shutdown with ENOTCONN: {shutdowns_of_gone}")?;
        }
        writeln!(f, "  system calls that tokio hides from the tap: {hidden}")?;
        if without_call > 0 {
            writeln!(f, "  calls that failed before their system call: {without_call}")?;
        }
        for difference in &self.differences {
            write!(f, "\n{difference}")?;
        }
        if self.more_differences > 0 {
            writeln!(f, "\nand {}", plural(self.more_differences, "more socket"))?;
        }
        Ok(())
    }
}
