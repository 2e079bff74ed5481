//! A memory allocator that counts allocations and live bytes, for tests.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, with counters.
pub(crate) struct Counting;

thread_local! {
    // A constant without a destructor, so that accessing it never allocates.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

static LIVE: AtomicIsize = AtomicIsize::new(0);

/// Returns the number of allocations that the current thread has made.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub(crate) fn allocations() -> usize {
    ALLOCATIONS.with(Cell::get)
}

/// Returns the number of bytes that the process has allocated and not yet freed.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub(crate) fn live_bytes() -> isize {
    LIVE.load(Ordering::SeqCst)
}

fn count(allocated: usize, freed: usize) {
    // Fails on a thread whose thread-local storage is destroyed, and which only frees.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + usize::from(allocated > 0)));
    LIVE.fetch_add(allocated.cast_signed() - freed.cast_signed(), Ordering::SeqCst);
}

// SAFETY: every call is forwarded to the system's allocator unchanged, and so is its result. Counting changes only the
// two counters, allocates nothing and cannot panic. `alloc_zeroed` is the trait's default, which calls `alloc`.
#[expect(unsafe_code, reason = "there is no safe way to count allocations")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller upholds the contract of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above, and every `pointer` was returned by `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
