//! Calls on sockets in an strace log.

use socket_tap::event::Addr;

use super::super::call::Call;

/// Id of a file descriptor that refers to a socket. Unlike file descriptor numbers, ids are never reused.
pub(in crate::verify) type DescriptorId = u64;

/// Id of a watch for the next call of a thread; see `Kernel::watch`.
pub(in crate::verify) type WatchId = u64;

/// A call on a socket of the process. The call has ended.
#[derive(Debug)]
pub(in crate::verify) enum SocketCall {
    /// `socket(2)` created a socket.
    Created { socket: DescriptorId, fd: i32, call: Call },
    /// `accept(2)` on `listener` created a socket.
    Accepted { listener: DescriptorId, socket: DescriptorId, fd: i32, peer: Option<Addr> },
    /// Any other call on a socket.
    Called { socket: DescriptorId, call: Call },
    /// A call that failed because it would have blocked. tokio waits and retries.
    WouldBlock { socket: DescriptorId },
    /// A shutdown of a connection that no longer exists (`ENOTCONN`). tokio reports success.
    ShutdownOfGone { socket: DescriptorId },
    /// `getsockname(2)` or `getpeername(2)` returned an address, or failed.
    Named { socket: DescriptorId, fd: i32, end: End, address: Option<Addr> },
    /// `getsockopt(2)` queried `TCP_INFO`, the kernel's statistics of a TCP connection.
    Sampled { socket: DescriptorId },
    /// `dup(2)` created `copy`, another descriptor of the same socket.
    Duplicated { socket: DescriptorId, copy: DescriptorId },
}

/// End of a connection whose address is queried: the local end by `getsockname`, the peer by `getpeername`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum End {
    Local,
    Peer,
}
