//! The event with which a socket begins in the trace.

use socket_tap::event::{Addr, SockId};

use super::super::call::Call;

/// The event with which a socket begins in the trace: its creation, or its accept on a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Created { fd: Option<i32> },
    Accepted { on: SockId, fd: Option<i32>, peer: Option<Addr> },
}

/// A socket of the trace that was matched to a socket of the log by its first call.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sock: SockId,
    pub(super) t: u64,
    /// First call on the socket, according to the trace: bind, connect, or a close before either.
    pub(super) recorded: Call,
}
