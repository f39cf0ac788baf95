//! An allocator that counts the bytes in use and their peak.
#![expect(
    unsafe_code,
    reason = "the interface of allocators is unsafe; every call is handed on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counted.
pub(crate) struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static BASE: AtomicUsize = AtomicUsize::new(0);

/// Counts from here.
pub(crate) fn reset() {
    let used = USED.load(Ordering::Relaxed);
    BASE.store(used, Ordering::Relaxed);
    PEAK.store(used, Ordering::Relaxed);
}

/// The most bytes that were in use at a time since the last reset, above those in use then.
pub(crate) fn peak() -> usize {
    PEAK.load(Ordering::Relaxed)
        .saturating_sub(BASE.load(Ordering::Relaxed))
}

fn grown(by: usize) {
    let used = USED.fetch_add(by, Ordering::Relaxed) + by;
    PEAK.fetch_max(used, Ordering::Relaxed);
}

// SAFETY: all memory comes from and goes back to the system's allocator, with the layouts that it was asked for.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grown(size);
        // SAFETY: the caller keeps the contract.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        moved
    }
}
