//! What the kernel saw, call by call.

use socket_tap::event::Addr;

use super::super::call::Call;

/// One descriptor of a socket: a number that is never used again.
pub(in crate::verify) type Kid = u64;

/// A call whose thread is watched: it is of interest when that goes on.
pub(in crate::verify) type Watch = u64;

/// A call on a socket of the process, as it ended.
#[derive(Debug)]
pub(in crate::verify) enum Seen {
    /// `socket(2)` made one.
    Made { socket: Kid, fd: i32, call: Call },
    /// `accept(2)` on `listener` made one.
    Accepted { listener: Kid, socket: Kid, fd: i32, peer: Option<Addr> },
    /// Anything else.
    Called { socket: Kid, call: Call },
    /// It would have blocked; tokio waits, and asks again.
    WouldBlock { socket: Kid },
    /// A shutdown of a connection that was gone; tokio says that it is done.
    ShutdownOfGone { socket: Kid },
    /// `getsockname(2)` or `getpeername(2)` returned an address, or failed.
    Named { socket: Kid, fd: i32, end: End, address: Option<Addr> },
    /// `TCP_INFO` was asked for.
    Sampled { socket: Kid },
    /// `dup(2)` made `copy`, another descriptor of the same socket.
    Duplicated { socket: Kid, copy: Kid },
}

/// Which of a socket's two addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum End {
    Local,
    Peer,
}
