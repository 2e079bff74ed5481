//! Returns freed memory to the operating system. The crate's only unsafe code.

/// Returns the allocator's free memory to the operating system with `malloc_trim(3)`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no maintained crate offers a safe malloc_trim")]
pub(crate) fn trim() {
    // SAFETY: malloc_trim has no preconditions, is thread-safe (MT-Safe) and does not move allocated memory.
    _ = unsafe { libc::malloc_trim(0) };
}

/// Does nothing: other allocators have no such call or do not need one.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn trim() {}
