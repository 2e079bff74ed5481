//! Queries to the operating system. Only this module of the crate contains unsafe code.

#[cfg(target_os = "linux")]
pub(crate) use linux::{close_aborts, queues, tcp_sample};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{close_aborts, queues, tcp_sample};

/// Returns the time of the machine's monotonic clock (`CLOCK_MONOTONIC`), in nanoseconds. It is the same
/// clock in every process, so the recordings of several processes can be put on one time line.
#[cfg(all(unix, not(all(test, model))))]
#[must_use]
#[expect(unsafe_code, reason = "rustix's clock_gettime calls the vDSO directly, which fails under valgrind")]
pub fn monotonic_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec to the pointer, which is valid and exclusive for the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    debug_assert_eq!(result, 0, "CLOCK_MONOTONIC exists on every supported system");
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}

/// Returns the nanoseconds since the first call of this function. Used on systems without a monotonic clock
/// that processes share.
#[cfg(not(unix))]
#[must_use]
pub fn monotonic_ns() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Returns a number that grows by 1 with each call. It replaces the clock in model tests, in which no time
/// passes.
#[cfg(all(test, model))]
#[must_use]
pub fn monotonic_ns() -> u64 {
    use crate::recorder::sync::atomic::{AtomicU64, Ordering};
    static READINGS: AtomicU64 = AtomicU64::new(1_000);
    READINGS.fetch_add(1, Ordering::Relaxed)
}

/// Numbers of bytes in the kernel's receive buffer and send buffer for one socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queues {
    /// Number of received bytes that the program has not read.
    pub(crate) receive: u32,
    /// Number of written bytes that the peer has not acknowledged.
    pub(crate) send: u32,
}

/// Returns `true` if the kernel trusts the processor's time-stamp counter. The kernel stops using the counter
/// as its own clock if the counter proves unstable. This function asks the kernel, because the processor's
/// feature flags do not report instability.
pub(crate) fn counter_is_trusted() -> bool {
    // Miri has no counter, and the model has its own clock.
    if cfg!(any(miri, all(test, model))) {
        return false;
    }
    let source = std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    // Without the file there is no evidence against the counter.
    !source
        .is_ok_and(|name| matches!(name.trim(), "hpet" | "acpi_pm" | "pit" | "jiffies" | "refined-jiffies"))
}

/// Registers the process for [`fence_all_threads`]. Returns `false` if the kernel does not support it.
pub(crate) fn prepare_to_fence_all_threads() -> bool {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        use rustix::thread::{MembarrierCommand, membarrier};
        membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok() && fence_all_threads()
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    false
}

/// Runs a memory fence on every running thread of this process (`membarrier(2)`). Returns `false` if the
/// kernel refuses the call.
pub(crate) fn fence_all_threads() -> bool {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        use rustix::thread::{MembarrierCommand, membarrier};
        membarrier(MembarrierCommand::PrivateExpedited).is_ok()
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    false
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsRawFd as _, BorrowedFd};

    use rustix::io::ioctl_fionread;
    use rustix::ioctl::{Getter, ioctl};
    use rustix::net::sockopt::socket_linger;

    use super::Queues;
    use crate::close::{TcpSample, TcpState};

    /// Borrows the socket that has this file descriptor. Returns `None` if the number is negative.
    ///
    /// The descriptor must stay open while it is borrowed. This holds for all callers: a stream queries only
    /// its own descriptor, before it closes it, and [`queues`] runs under a lock that every socket takes
    /// before it closes its descriptor.
    #[expect(unsafe_code, reason = "of the descriptor of a generic stream, only the number is known")]
    fn borrow<'a>(fd: i32) -> Option<BorrowedFd<'a>> {
        // SAFETY: the number is that of an open descriptor, see above, and is not -1. If a program has closed the
        // descriptor without dropping its socket, the calls below fail or query another file; they change nothing and
        // touch no memory but their own result.
        (fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// Returns a sample of the kernel's TCP state. Returns `None` if `fd` is not a TCP socket.
    pub(crate) fn tcp_sample(fd: i32) -> Option<TcpSample> {
        let socket = borrow(fd)?;
        let info = tcp_info(socket)?;
        Some(TcpSample {
            state: tcp_state(info.tcpi_state),
            rtt_us: info.tcpi_rtt,
            retransmits: info.tcpi_total_retrans,
            unread: unread(socket),
        })
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

    #[expect(unsafe_code, reason = "no maintained crate has a safe function for TCP_INFO")]
    fn tcp_info(socket: BorrowedFd<'_>) -> Option<libc::tcp_info> {
        let mut info = std::mem::MaybeUninit::<libc::tcp_info>::zeroed();
        let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
        // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many. If the
        // descriptor has no such option, the call fails and writes nothing.
        let result = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_TCP,
                libc::TCP_INFO,
                info.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        // SAFETY: the memory was zeroed before the kernel wrote, and integers may have any bytes.
        (result == 0).then(|| unsafe { info.assume_init() })
    }

    /// Converts a TCP state of the kernel, a value of the `enum` in Linux's `include/net/tcp_states.h`.
    fn tcp_state(state: u8) -> TcpState {
        match state {
            1 => TcpState::Established,
            2 => TcpState::SynSent,
            3 => TcpState::SynRecv,
            4 => TcpState::FinWait1,
            5 => TcpState::FinWait2,
            6 => TcpState::TimeWait,
            7 => TcpState::Close,
            8 => TcpState::CloseWait,
            9 => TcpState::LastAck,
            10 => TcpState::Listen,
            11 => TcpState::Closing,
            _ => TcpState::Other("UNKNOWN".into()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn tcp_states_have_the_kernel_numbers() {
            let names: Vec<String> = (0..=12).map(|state| tcp_state(state).to_string()).collect();
            let expected = [
                "UNKNOWN",
                "ESTABLISHED",
                "SYN_SENT",
                "SYN_RECV",
                "FIN_WAIT1",
                "FIN_WAIT2",
                "TIME_WAIT",
                "CLOSE",
                "CLOSE_WAIT",
                "LAST_ACK",
                "LISTEN",
                "CLOSING",
                "UNKNOWN",
            ];
            assert_eq!(names, expected);
        }
    }
}

/// Functions for systems other than Linux, which do not report queues or the TCP state. They return `None` or
/// `false`.
#[cfg(not(target_os = "linux"))]
mod other {
    use super::Queues;
    use crate::close::TcpSample;

    pub(crate) fn tcp_sample(_fd: i32) -> Option<TcpSample> {
        None
    }

    pub(crate) fn queues(_fd: i32) -> Option<Queues> {
        None
    }

    pub(crate) fn close_aborts(_fd: i32, _tcp: Option<&TcpSample>) -> bool {
        false
    }
}
