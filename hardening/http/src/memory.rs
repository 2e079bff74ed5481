//! Returns freed memory to the operating system. The crate's only unsafe code.
//!
//! glibc keeps freed memory for later allocations. `malloc_trim(3)` returns the free pages in the middle of an arena, but
//! the end of an arena only for the main thread's. The end of any other arena is returned when memory next to it is
//! freed, and only above a threshold that glibc raises up to 64 MiB while the process runs.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    /// Bytes that may stay free at the end of each arena.
    const TRIM_THRESHOLD: libc::c_int = 1024 * 1024;

    /// Fixes the threshold above which the end of an arena is returned.
    #[expect(unsafe_code, reason = "no maintained crate offers a safe mallopt")]
    pub(crate) fn fix_threshold() {
        // SAFETY: mallopt sets one number of the allocator, under the allocator's lock.
        _ = unsafe { libc::mallopt(libc::M_TRIM_THRESHOLD, TRIM_THRESHOLD) };
    }

    /// Returns free pages with `malloc_trim(3)`.
    #[expect(unsafe_code, reason = "no maintained crate offers a safe malloc_trim")]
    pub(crate) fn trim() {
        // SAFETY: malloc_trim has no preconditions, is thread-safe (MT-Safe) and does not move allocated memory.
        _ = unsafe { libc::malloc_trim(0) };
    }
}

/// Does nothing: other allocators have no such calls or do not need them.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod other {
    pub(crate) fn fix_threshold() {}

    pub(crate) fn trim() {}
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{fix_threshold, trim};
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) use other::{fix_threshold, trim};
