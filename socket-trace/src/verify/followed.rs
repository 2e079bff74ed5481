//! The kernel's sockets, and the sockets of the trace that correspond to them.

use std::collections::VecDeque;

use socket_tap::event::SockId;

use super::call::LocatedCall;
use super::kernel::WatchId;
use super::log::Tid;
use super::report::MatchedCall;

/// A socket in the log that may be in the trace, too.
pub(super) enum Followed {
    /// A socket that is not bound or connected yet, so that it cannot be matched to a socket of the trace.
    Created { fd: i32, calls: Vec<LocatedCall> },
    /// A socket that was matched to a socket of the trace.
    Traced(Traced),
}

pub(super) struct Traced {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    /// Number of calls that log and trace have in common.
    pub(super) position: u64,
    /// The last three calls that log and trace have in common, shown before a difference.
    pub(super) before: VecDeque<MatchedCall>,
    /// `true` for a listener or a datagram socket. If it is still open when the recording ends, the trace's
    /// end line does not count it as open.
    pub(super) outlives: bool,
    /// `true` if the tap has queried `TCP_INFO` since the last call on the socket, as it does before a close.
    pub(super) sampled: bool,
    /// Calls in the log that are not compared yet, because the trace has them at a later position. This
    /// happens if another thread made a call at the same time.
    pub(super) held: Vec<Held>,
    /// Index of the socket's first difference in `Check::differences`. While it is `Some`, the next calls are
    /// collected for this difference.
    pub(super) differs: Option<usize>,
}

/// An open socket that the program has taken back from the tap (`into_inner`).
#[derive(Clone, Copy)]
pub(super) struct Released {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    pub(super) t: Option<u64>,
    /// `true` once the program has made a call on the socket after taking it back.
    pub(super) used: bool,
}

/// A call in the log that the trace has at a later position, because another thread made a call at the same
/// time.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: LocatedCall,
    /// Sequence number of the call among all calls of the log, in the order in which they began.
    pub(super) begun: u64,
    pub(super) thread: Tid,
    pub(super) watch: WatchId,
}
