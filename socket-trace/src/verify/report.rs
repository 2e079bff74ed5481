//! What a verification comes to, for the eye and for a machine.

use std::fmt::{self, Write as _};

use serde::Serialize;
use socket_tap::event::SockId;

use super::call::{At, Call};

/// Whether a trace is what the kernel saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Call by call.
    Exact,
    /// It is not.
    Different,
    /// It cannot be told.
    #[serde(rename = "unclear")]
    Inconclusive,
}

impl Verdict {
    /// As an exit code: 0, 1, 2.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Different => 1,
            Self::Inconclusive => 2,
        }
    }
}

/// Results that tokio keeps from the program, so that no trace has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Calls that would have blocked.
    pub would_block: u64,
    /// Shutdowns of a connection that was gone (`ENOTCONN`): the program is told that they are done, and so the trace
    /// says.
    pub shutdowns_of_gone: u64,
    /// Failures that the trace has and no system call caused, such as a path that is too long for a socket.
    pub without_call: u64,
}

/// The comparison of a trace with what strace saw.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether they say the same.
    pub verdict: Verdict,
    /// Why that cannot be said.
    pub reasons: Vec<String>,
    /// The trace.
    pub trace: String,
    /// The log of strace.
    pub log: String,
    /// Sockets that both have.
    pub sockets: u64,
    /// Calls that both have.
    pub calls: u64,
    /// What tokio keeps from the program.
    pub hidden: Hidden,
    /// The first difference of each socket that has one.
    pub differences: Vec<Difference>,
    /// Sockets that differ and are not among these.
    pub more_differences: u64,
    /// What was left out of the comparison, and why.
    pub not_compared: Vec<NotCompared>,
}

/// Sockets of the trace that were left out of the comparison.
#[derive(Debug, Serialize)]
pub struct NotCompared {
    /// How many.
    pub sockets: u64,
    /// Why.
    pub reason: &'static str,
}

/// A call that kernel and trace have.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Both {
    pub(super) log_line: u64,
    pub(super) trace_line: u64,
    #[serde(serialize_with = "super::call::in_words")]
    pub(super) call: Call,
}

/// Where kernel and trace part on a socket.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// The socket, as the trace numbers it; `None` when the trace does not have it.
    pub sock: Option<SockId>,
    /// Its file descriptor; `None` when the kernel does not have it.
    pub fd: Option<i32>,
    /// Which of the socket's calls, from 1.
    pub call: u64,
    /// The socket whose adoption must be certain for this to be a difference.
    #[serde(skip)]
    pub(super) owner: Option<SockId>,
    pub(super) before: Vec<Both>,
    pub(super) kernel: Vec<At>,
    pub(super) trace: Vec<At>,
}

impl Difference {
    pub(super) fn new(sock: Option<SockId>, fd: Option<i32>, call: u64) -> Self {
        Self { sock, fd, call, owner: None, before: Vec::new(), kernel: Vec::new(), trace: Vec::new() }
    }

    pub(super) fn of(mut self, owner: SockId) -> Self {
        self.owner = Some(owner);
        self
    }

    pub(super) fn kernel(mut self, at: At) -> Self {
        self.kernel.push(at);
        self
    }

    pub(super) fn more_of_kernel(&mut self, at: At, most: usize) {
        if self.kernel.len() < most {
            self.kernel.push(at);
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.sock, self.fd) {
            (Some(sock), Some(fd)) => writeln!(f, "#{sock}, fd {fd}, from call {} on:", self.call)?,
            (Some(sock), None) => writeln!(f, "#{sock}, which the kernel does not have:")?,
            (None, fd) => writeln!(f, "fd {}, which the trace does not have:", fd.unwrap_or(-1))?,
        }
        for Both { log_line, trace_line, call } in &self.before {
            let said = call.to_string();
            writeln!(f, "  both    {said:<32} line {log_line} of the log, line {trace_line} of the trace")?;
        }
        side(f, "kernel", "log", &self.kernel)?;
        side(f, "trace", "trace", &self.trace)
    }
}

fn side(f: &mut fmt::Formatter<'_>, who: &str, file: &str, calls: &[At]) -> fmt::Result {
    if calls.is_empty() {
        writeln!(f, "  {who:<7} nothing")?;
    }
    for At { line, call, .. } in calls {
        let said = call.to_string();
        writeln!(f, "  {who:<7} {said:<32} line {line} of the {file}")?;
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, sockets) = (self.calls, self.sockets);
        match self.verdict {
            Verdict::Exact => {
                writeln!(
                    f,
                    "The trace is exact: {calls} calls on {sockets} sockets, each as the kernel saw it."
                )?;
            }
            Verdict::Different => writeln!(f, "The trace differs from what the kernel saw.")?,
            Verdict::Inconclusive => {
                writeln!(f, "Cannot tell whether the trace is exact.")?;
            }
        }
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        let Hidden { would_block, shutdowns_of_gone, without_call } = self.hidden;
        let mut hidden = format!("{would_block} that would have blocked");
        if shutdowns_of_gone > 0 {
            write!(hidden, ", {shutdowns_of_gone} shutdowns of a connection that was gone")?;
        }
        for NotCompared { sockets, reason } in &self.not_compared {
            writeln!(f, "  not compared: {sockets} {reason}")?;
        }
        if self.verdict == Verdict::Different {
            writeln!(f, "  {calls} calls on {sockets} sockets are the same")?;
        }
        writeln!(f, "  tokio keeps from the program: {hidden}")?;
        if without_call > 0 {
            writeln!(f, "  failed before the kernel was asked: {without_call}")?;
        }
        for difference in &self.differences {
            write!(f, "\n{difference}")?;
        }
        if self.more_differences > 0 {
            writeln!(f, "\nand {} sockets more", self.more_differences)?;
        }
        Ok(())
    }
}
