//! What only the allocator can do. The crate's only unsafe code.

/// Gives back to the operating system what the allocator keeps and nobody uses: `malloc_trim(3)`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "malloc_trim has no safe form in a maintained crate")]
pub(crate) fn give_back() {
    // SAFETY: it asks nothing of its caller, any thread may call it at any time (MT-Safe), and what is in use stays as
    // and where it is.
    _ = unsafe { libc::malloc_trim(0) };
}

/// Other allocators have no such call, or need none.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
