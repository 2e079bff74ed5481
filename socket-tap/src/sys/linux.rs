//! Queries to Linux about sockets.

use std::os::fd::BorrowedFd;

use rustix::io::ioctl_fionread;
use rustix::ioctl::{Getter, ioctl};
use rustix::net::sockopt::socket_linger;

use super::{Queues, tcp_info};
use crate::close::{TcpSample, TcpState};

/// Borrows the socket that has this file descriptor. Returns `None` if the number is negative.
///
/// The descriptor must stay open while it is borrowed. This holds for all callers: a stream queries its own
/// descriptor before it closes it. Other threads call [`queues`] and [`tcp_sample`] under a lock that every
/// socket takes before it closes its descriptor.
#[expect(unsafe_code, reason = "of the descriptor of a generic stream, only the number is known")]
pub(super) fn borrow<'a>(fd: i32) -> Option<BorrowedFd<'a>> {
    // SAFETY: the number is that of an open descriptor, see above, and is not -1. If a program has closed the
    // descriptor without dropping its socket, the calls below fail or query another file; they change nothing and
    // touch no memory but their own result.
    (fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Returns a sample of the kernel's TCP state. Returns `None` if `fd` is not a TCP socket.
pub(crate) fn tcp_sample(fd: i32) -> Option<TcpSample> {
    let socket = borrow(fd)?;
    tcp_info::sample(socket, || unread(socket))
}

/// Returns the numbers of bytes in the kernel's receive and send buffers of the socket.
pub(crate) fn queues(fd: i32) -> Option<Queues> {
    let socket = borrow(fd)?;
    Some(Queues { receive: unread(socket), send: unsent(socket)? })
}

/// Returns `true` if closing `fd` would send a RST instead of a FIN, because received bytes are unread or
/// `SO_LINGER` is 0 seconds. See `__tcp_close` and `tcp_disconnect` in Linux's `net/ipv4/tcp.c`. A
/// Unix-domain stream with unread bytes also resets its peer.
pub(crate) fn close_aborts(fd: i32, tcp: Option<&TcpSample>) -> bool {
    let Some(socket) = borrow(fd) else { return false };
    let Some(tcp) = tcp else { return unread(socket) > 0 };
    match tcp.state {
        // Both sides are done with the connection, or it never existed.
        TcpState::Close | TcpState::TimeWait | TcpState::Listen => false,
        // Both FINs are sent: lingering for 0 seconds no longer sends a RST.
        TcpState::LastAck | TcpState::Closing => tcp.unread > 0,
        _ => tcp.unread > 0 || matches!(socket_linger(socket), Ok(Some(linger)) if linger.is_zero()),
    }
}

/// Returns the number of received bytes that the program has not read. Returns 0 if the kernel does not
/// report it.
fn unread(socket: BorrowedFd<'_>) -> u32 {
    ioctl_fionread(socket).ok().and_then(|bytes| u32::try_from(bytes).ok()).unwrap_or(0)
}

/// Returns the number of written bytes that the peer has not acknowledged (`SIOCOUTQ`, `tcp(7)`).
#[expect(unsafe_code, reason = "rustix has no safe function for this ioctl request")]
fn unsent(socket: BorrowedFd<'_>) -> Option<u32> {
    // SAFETY: TIOCOUTQ, which is SIOCOUTQ for sockets, writes one int to the given pointer.
    let result = unsafe { ioctl(socket, Getter::<{ libc::TIOCOUTQ as _ }, libc::c_int>::new()) };
    u32::try_from(result.ok()?).ok()
}
