//! Sockets of the kernel, matched to those of the trace.

use std::collections::VecDeque;

use socket_tap::event::SockId;

use super::call::At;
use super::kernel::Watch;
use super::log::Tid;
use super::report::Both;

/// A socket of the kernel's.
pub(super) enum Followed {
    /// Made, and not yet bound or connected: these calls do not tell whether it is one of the trace's.
    Made { fd: i32, calls: Vec<At> },
    /// One of the trace's.
    Traced(Traced),
}

pub(super) struct Traced {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    /// Calls that both have, and the last of them.
    pub(super) position: u64,
    pub(super) before: VecDeque<Both>,
    /// The end line does not count it as open, so it may outlive its recording.
    pub(super) outlives: bool,
    /// `TCP_INFO` was asked for since the last call.
    pub(super) sampled: bool,
    /// Calls that the trace has later.
    pub(super) held: Vec<Held>,
    /// Which difference it has; only its context is of interest from there on.
    pub(super) differs: Option<usize>,
}

/// A socket after its release.
#[derive(Clone, Copy)]
pub(super) struct Released {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    pub(super) t: Option<u64>,
    /// There were calls on it.
    pub(super) used: bool,
}

/// A call that the trace has later than the kernel.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: At,
    /// Its place among the beginnings of calls.
    pub(super) begun: u64,
    pub(super) thread: Tid,
    pub(super) watch: Watch,
}
