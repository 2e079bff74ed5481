//! Matching of the kernel's sockets to those of the trace.

use std::collections::VecDeque;

use socket_tap::event::SockId;

use super::call::LocatedCall;
use super::kernel::WatchId;
use super::log::Tid;
use super::report::MatchedCall;

/// A socket of the kernel.
pub(super) enum Followed {
    /// A socket that is not yet bound or connected, so that its counterpart in the trace is unknown.
    Created { fd: i32, calls: Vec<LocatedCall> },
    /// A socket that is in the trace.
    Traced(Traced),
}

pub(super) struct Traced {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    /// Number of matched calls.
    pub(super) position: u64,
    /// The last matched calls.
    pub(super) before: VecDeque<MatchedCall>,
    /// `true` if the end line does not count it as open, so that it may outlive the recording.
    pub(super) outlives: bool,
    /// `true` if `TCP_INFO` was queried since the last call.
    pub(super) sampled: bool,
    /// Calls that the trace has later than the kernel.
    pub(super) held: Vec<Held>,
    /// Index of its difference. Only the context of the first difference is collected.
    pub(super) differs: Option<usize>,
}

/// A socket after its release.
#[derive(Clone, Copy)]
pub(super) struct Released {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    pub(super) t: Option<u64>,
    /// `true` once there were calls on it.
    pub(super) used: bool,
}

/// A call that the trace has later than the kernel.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: LocatedCall,
    /// Sequence number of the call's beginning among all calls.
    pub(super) begun: u64,
    pub(super) thread: Tid,
    pub(super) watch: WatchId,
}
