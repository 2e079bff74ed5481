//! Queries to the operating system. Only this module and its submodules contain unsafe code.

#[cfg(target_os = "linux")]
pub(crate) use linux::{close_aborts, queues, tcp_sample};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{close_aborts, queues, save_syn, saved_syn, tcp_sample};
#[cfg(target_os = "linux")]
pub(crate) use saved_syn::{save_syn, saved_syn};

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
mod linux;
#[cfg(target_os = "linux")]
mod saved_syn;
#[cfg(target_os = "linux")]
mod tcp_info;

/// Functions for systems other than Linux, which do not report queues, the TCP state or the SYN. They return
/// `None` or `false`, and change nothing.
#[cfg(not(target_os = "linux"))]
mod other {
    use super::Queues;
    use crate::close::TcpSample;
    use crate::event::Syn;

    pub(crate) fn save_syn<S>(_listener: &S) -> std::io::Result<()> {
        Ok(())
    }

    pub(crate) fn saved_syn<S>(_connection: &S) -> Option<Syn> {
        None
    }

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
