//! What only the operating system can say. The crate's only unsafe code.

#[cfg(target_os = "linux")]
pub(crate) use linux::{close_aborts, queues, tcp_sample};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{close_aborts, queues, tcp_sample};

/// The machine's monotonic clock (`CLOCK_MONOTONIC`), in nanoseconds: the same reading in every process, so that
/// recordings of several processes merge on one time line.
#[cfg(all(unix, not(all(test, model))))]
#[must_use]
#[expect(
    unsafe_code,
    reason = "the safe form in rustix reads the vDSO by itself, which fails under valgrind"
)]
pub fn monotonic_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec to the pointer, which is valid and ours for the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    debug_assert_eq!(result, 0, "CLOCK_MONOTONIC exists on every supported system");
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}

/// Nanoseconds since the first call, on systems without a clock that processes share.
#[cfg(not(unix))]
#[must_use]
pub fn monotonic_ns() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// A clock that counts its readings, for the model of the recorder.
#[cfg(all(test, model))]
#[must_use]
pub fn monotonic_ns() -> u64 {
    use crate::recorder::sync::atomic::{AtomicU64, Ordering};
    static READINGS: AtomicU64 = AtomicU64::new(1_000);
    READINGS.fetch_add(1, Ordering::Relaxed)
}

/// Bytes in the kernel's buffers of one socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queues {
    /// Received and not read.
    pub(crate) receive: u32,
    /// Sent and not acknowledged, or not yet sent.
    pub(crate) send: u32,
}

/// Whether the kernel uses the processor's counter as its own clock. It stops doing so when the counter proves unstable,
/// which the processor's feature flags do not show.
pub(crate) fn counter_is_trusted() -> bool {
    // Miri has no counter, and the model a clock of its own.
    if cfg!(any(miri, all(test, model))) {
        return false;
    }
    let source = std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    // Where the file does not exist, nothing speaks against the counter.
    !source
        .is_ok_and(|name| matches!(name.trim(), "hpet" | "acpi_pm" | "pit" | "jiffies" | "refined-jiffies"))
}

/// Asks the kernel to be ready for [`fence_all_threads`]; false where it does not offer that.
pub(crate) fn prepare_to_fence_all_threads() -> bool {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        use rustix::thread::{MembarrierCommand, membarrier};
        membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok() && fence_all_threads()
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    false
}

/// Runs a memory fence on every running thread of this process: `membarrier(2)`.
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

    /// The socket of that number.
    ///
    /// Callers pass the number of a socket that they keep open for the time of the call: a stream asks before it
    /// closes, and [`queues`] holds the lock that a socket takes before it closes.
    #[expect(unsafe_code, reason = "a stream of any type has only the number of its descriptor")]
    fn borrow<'a>(fd: i32) -> Option<BorrowedFd<'a>> {
        // SAFETY: the number is that of an open descriptor, see above, and is not -1. If a program has closed it behind
        // its own socket's back, the calls below fail or ask about another file; they change nothing and touch no
        // memory but their own result.
        (fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// The kernel's view of a TCP connection; `None` when `fd` is none.
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

    /// Bytes that wait in the kernel, in both directions.
    pub(crate) fn queues(fd: i32) -> Option<Queues> {
        let socket = borrow(fd)?;
        Some(Queues { receive: unread(socket), send: unsent(socket)? })
    }

    /// Whether closing `fd` sends a RST instead of a FIN: received bytes are unread, or it lingers for 0 seconds. See
    /// `__tcp_close` and `tcp_disconnect` in Linux' `net/ipv4/tcp.c`. A Unix-domain stream with unread bytes makes its
    /// peer meet a reset, too.
    pub(crate) fn close_aborts(fd: i32, tcp: Option<&TcpSample>) -> bool {
        let Some(socket) = borrow(fd) else { return false };
        let Some(tcp) = tcp else { return unread(socket) > 0 };
        match tcp.state {
            // Both sides are done with the connection, or there never was one.
            TcpState::Close | TcpState::TimeWait | TcpState::Listen => false,
            // Our FIN is out and the peer's is in: lingering for 0 seconds no longer sends a RST.
            TcpState::LastAck | TcpState::Closing => tcp.unread > 0,
            _ => tcp.unread > 0 || matches!(socket_linger(socket), Ok(Some(linger)) if linger.is_zero()),
        }
    }

    /// Bytes that were received and not read; 0 when the kernel does not say.
    fn unread(socket: BorrowedFd<'_>) -> u32 {
        ioctl_fionread(socket).ok().and_then(|bytes| u32::try_from(bytes).ok()).unwrap_or(0)
    }

    /// Bytes that were written and not yet acknowledged (`SIOCOUTQ`, `tcp(7)`).
    #[expect(unsafe_code, reason = "rustix has no form of its own for this request")]
    fn unsent(socket: BorrowedFd<'_>) -> Option<u32> {
        // SAFETY: TIOCOUTQ, which is SIOCOUTQ for sockets, writes one int to the pointer that it is given.
        let result = unsafe { ioctl(socket, Getter::<{ libc::TIOCOUTQ as _ }, libc::c_int>::new()) };
        u32::try_from(result.ok()?).ok()
    }

    #[expect(unsafe_code, reason = "TCP_INFO has no safe form in a maintained crate")]
    fn tcp_info(socket: BorrowedFd<'_>) -> Option<libc::tcp_info> {
        let mut info = std::mem::MaybeUninit::<libc::tcp_info>::zeroed();
        let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
        // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many; when the
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
        // SAFETY: it was zeroed before the kernel wrote, and any bytes are a valid value of integers.
        (result == 0).then(|| unsafe { info.assume_init() })
    }

    /// `enum` of `include/net/tcp_states.h`.
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
        fn tcp_states_have_the_kernels_numbers() {
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

/// Systems that do not tell.
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
