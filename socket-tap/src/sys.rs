//! The two things that only the operating system can say. The crate's only unsafe code.

use crate::close::TcpSample;

/// The machine's monotonic clock, in nanoseconds: the same reading in every process, so that recordings of several
/// processes merge on one time line.
#[cfg(unix)]
#[expect(unsafe_code, reason = "clock_gettime has no safe form in std")]
pub fn monotonic_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec to the pointer, which is valid and ours for the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    debug_assert_eq!(result, 0, "CLOCK_MONOTONIC exists on every supported system");
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}

/// Without a clock that processes share: since the first call.
#[cfg(not(unix))]
pub fn monotonic_ns() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// The kernel's view of a TCP connection; `None` when `fd` is not one.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "TCP_INFO has no safe form in a maintained crate")]
pub(crate) fn tcp_sample(fd: i32) -> Option<TcpSample> {
    let mut info = std::mem::MaybeUninit::<libc::tcp_info>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many; an `fd` that is
    // closed or no TCP socket makes it fail and write nothing.
    let result = unsafe {
        libc::getsockopt(fd, libc::IPPROTO_TCP, libc::TCP_INFO, info.as_mut_ptr().cast(), &raw mut length)
    };
    if result != 0 {
        return None;
    }
    // SAFETY: it was zeroed before the kernel wrote, and all-zero bytes are a valid tcp_info: it holds integers only.
    let info = unsafe { info.assume_init() };
    Some(TcpSample {
        state: state_name(info.tcpi_state).to_owned(),
        rtt_us: info.tcpi_rtt,
        retransmits: info.tcpi_total_retrans,
    })
}

/// Not available on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tcp_sample(_fd: i32) -> Option<TcpSample> {
    None
}

/// `enum` of `include/net/tcp_states.h`, in the words of RFC 9293.
#[cfg(target_os = "linux")]
fn state_name(state: u8) -> &'static str {
    const NAMES: [&str; 12] = [
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
    ];
    NAMES.get(usize::from(state)).copied().unwrap_or("UNKNOWN")
}
