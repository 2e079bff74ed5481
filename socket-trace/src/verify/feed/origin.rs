//! Origins of sockets in the trace.

use socket_tap::event::{Addr, SockId};

use super::super::call::Call;

/// How a socket came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Made { fd: Option<i32> },
    Accepted { on: SockId, fd: Option<i32>, peer: Option<Addr> },
}

/// A socket that was found in the log by how it was made.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sock: SockId,
    pub(super) t: u64,
    /// Its bind, its connect, or a close before either.
    pub(super) told: Call,
}
