//! The system calls that can open, use or close a socket, or create a thread or a process.

/// Names of the tracked calls, in the notation of strace's option `-e trace`. A question mark permits that the
/// architecture lacks the call.
#[cfg(all(target_os = "linux", feature = "record"))]
pub(super) const TRACED: &str = "trace=%network,read,write,readv,writev,?preadv2,?pwritev2,sendfile,splice,close,\
    ?close_range,fcntl,ioctl,dup,?dup2,dup3,clone,?clone3,?fork,?vfork,execve,?execveat,unshare,?io_uring_setup";

/// Returns `true` if a call with this name can concern sockets.
pub(super) fn is_tracked(name: &str) -> bool {
    is_sending(name)
        || matches!(
            name,
            "socket"
                | "socketpair"
                | "setsockopt"
                | "getsockopt"
                | "bind"
                | "listen"
                | "accept"
                | "accept4"
                | "connect"
                | "getsockname"
                | "getpeername"
                | "read"
                | "recv"
                | "recvfrom"
                | "readv"
                | "preadv2"
                | "recvmsg"
                | "recvmmsg"
                | "recvmmsg_time64"
                | "close"
                | "close_range"
                | "fcntl"
                | "fcntl64"
                | "ioctl"
                | "dup"
                | "dup2"
                | "dup3"
                | "clone"
                | "clone3"
                | "fork"
                | "vfork"
                | "execve"
                | "execveat"
                | "unshare"
                | "io_uring_setup"
        )
}

/// Returns `true` if a call sends: its event has the time at which it was entered.
pub(super) fn is_sending(name: &str) -> bool {
    matches!(
        name,
        "write"
            | "send"
            | "sendto"
            | "writev"
            | "pwritev2"
            | "sendmsg"
            | "sendmmsg"
            | "sendfile"
            | "sendfile64"
            | "splice"
            | "shutdown"
    )
}

/// Returns `true` if a call creates a thread or a process.
pub(super) fn creates_thread(name: &str) -> bool {
    matches!(name, "clone" | "clone3" | "fork" | "vfork")
}
