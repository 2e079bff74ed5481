//! Returns freed memory to the operating system. The only module with unsafe code in this crate.
//!
//! glibc keeps freed memory for later allocations, in several arenas. `malloc_trim(3)` returns the free pages
//! inside every arena, but it shortens only the main arena. glibc shortens another arena by itself when the
//! free memory at its end exceeds a threshold. By default, glibc raises this threshold up to 64 MiB.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    /// Maximum number of free bytes that glibc keeps at the end of each arena.
    const TRIM_THRESHOLD: libc::c_int = 1024 * 1024;

    /// Sets the amount of free memory at the end of an arena above which glibc returns this memory. glibc
    /// raises the threshold by itself only until it is set.
    #[expect(unsafe_code, reason = "no maintained crate offers a safe mallopt")]
    pub(crate) fn fix_threshold() {
        // SAFETY: mallopt sets one number of the allocator, under the allocator's lock.
        _ = unsafe { libc::mallopt(libc::M_TRIM_THRESHOLD, TRIM_THRESHOLD) };
    }

    /// Returns free pages to the operating system with `malloc_trim(3)`.
    #[expect(unsafe_code, reason = "no maintained crate offers a safe malloc_trim")]
    pub(crate) fn trim() {
        // SAFETY: malloc_trim has no preconditions, is thread-safe (MT-Safe) and does not move allocated
        // memory.
        _ = unsafe { libc::malloc_trim(0) };
    }
}

/// Functions that do nothing, for other allocators.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod other {
    pub(crate) fn fix_threshold() {}

    pub(crate) fn trim() {}
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{fix_threshold, trim};
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) use other::{fix_threshold, trim};
