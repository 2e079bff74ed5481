//! What only the operating system can say. The crate's only unsafe code.

use crate::close::TcpSample;
#[cfg(target_os = "linux")]
use crate::close::TcpState;

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
pub(crate) fn tcp_sample(fd: i32) -> Option<TcpSample> {
    let info: libc::tcp_info = option(fd, libc::IPPROTO_TCP, libc::TCP_INFO)?;
    Some(TcpSample {
        state: tcp_state(info.tcpi_state),
        rtt_us: info.tcpi_rtt,
        retransmits: info.tcpi_total_retrans,
        unread: unread(fd),
    })
}

/// Whether a close of `fd` would tell the other side with a RST: bytes are left unread, or it lingers for 0 seconds.
/// `tcp_close` in `net/ipv4/tcp.c`. A Unix-domain stream with unread bytes tells its peer alike.
#[cfg(target_os = "linux")]
pub(crate) fn close_aborts(fd: i32, tcp: Option<&TcpSample>) -> bool {
    let Some(tcp) = tcp else {
        return unread(fd) > 0;
    };
    // Both sides are done with a connection in these states: there is nobody to tell.
    if matches!(tcp.state, TcpState::Close | TcpState::TimeWait | TcpState::Listen) {
        return false;
    }
    let linger = option::<libc::linger>(fd, libc::SOL_SOCKET, libc::SO_LINGER);
    tcp.unread > 0 || linger.is_some_and(|linger| linger.l_onoff != 0 && linger.l_linger == 0)
}

/// Bytes that were received and not read; 0 when the kernel does not say.
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "the safe forms want the socket, and a stream of any kind has only its number"
)]
fn unread(fd: i32) -> u32 {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int to the pointer, which is valid and ours for the call; an `fd` that is closed
    // makes it fail and write nothing.
    let result = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut bytes) };
    if result == 0 { u32::try_from(bytes).unwrap_or(0) } else { 0 }
}

/// What `getsockopt(2)` may be asked for: structures of integers, for which all-zero bytes are a valid value.
#[cfg(target_os = "linux")]
trait Integers {}
#[cfg(target_os = "linux")]
impl Integers for libc::tcp_info {}
#[cfg(target_os = "linux")]
impl Integers for libc::linger {}

/// An option of a socket; `None` when `fd` has no such option.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "TCP_INFO has no safe form in a maintained crate")]
fn option<T: Integers>(fd: i32, level: libc::c_int, name: libc::c_int) -> Option<T> {
    let mut value = std::mem::MaybeUninit::<T>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<T>()).ok()?;
    // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many; an `fd` that is
    // closed or has no such option makes it fail and write nothing.
    let result = unsafe { libc::getsockopt(fd, level, name, value.as_mut_ptr().cast(), &raw mut length) };
    // SAFETY: it was zeroed before the kernel wrote, and any bytes are a valid value of integers.
    (result == 0).then(|| unsafe { value.assume_init() })
}

/// Not available on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tcp_sample(_fd: i32) -> Option<TcpSample> {
    None
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn close_aborts(_fd: i32, _tcp: Option<&TcpSample>) -> bool {
    false
}

/// `enum` of `include/net/tcp_states.h`.
#[cfg(target_os = "linux")]
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

#[cfg(all(test, target_os = "linux"))]
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
