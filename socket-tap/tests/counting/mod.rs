//! An allocator that counts, for the tests of what the tap allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, counted.
pub(crate) struct Counting;

thread_local! {
    // A constant without a destructor: to ask for it never allocates itself.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

static LIVE: AtomicIsize = AtomicIsize::new(0);

/// How often this thread has allocated so far.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub(crate) fn allocations() -> usize {
    ALLOCATIONS.with(Cell::get)
}

/// How many bytes the whole process holds.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub(crate) fn live_bytes() -> isize {
    LIVE.load(Ordering::SeqCst)
}

fn count(allocated: usize, freed: usize) {
    // A thread that is being torn down still frees; nobody asks for its count.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + usize::from(allocated > 0)));
    LIVE.fetch_add(allocated.cast_signed() - freed.cast_signed(), Ordering::SeqCst);
}

// SAFETY: every call is handed to the system's allocator as it came, and its answer back; counting touches nothing but
// the two counters, allocates nothing and cannot panic. `alloc_zeroed` is the trait's own, which calls `alloc`.
#[expect(unsafe_code, reason = "there is no safe way to count allocations")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promise is the one that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above, and `pointer` came from `System`, as all do.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
