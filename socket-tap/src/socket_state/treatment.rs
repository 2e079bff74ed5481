//! The treatment of a socket's reads and writes: recorded, masked or dropped.
//!
//! One byte states which of the three applies, so that a read or write without a mask costs only one
//! comparison.

use std::sync::atomic::{AtomicU8, Ordering};

/// Reads and writes are recorded unchanged.
const RECORDED: u8 = 0;
/// Reads and writes are recorded after a mask has overwritten the secrets in their payload.
const MASKED: u8 = 1;
/// The socket is not in the recording, because the recorder was overloaded when it was created. Its events
/// are only counted.
const DROPPED: u8 = 2;

/// The treatment of a socket's reads and writes. At first, they are recorded unchanged.
#[derive(Debug)]
pub(super) struct Treatment(AtomicU8);

impl Treatment {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(RECORDED))
    }

    #[inline]
    pub(super) fn is_recorded(&self) -> bool {
        self.get() == RECORDED
    }

    pub(super) fn is_masked(&self) -> bool {
        self.get() == MASKED
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.get() == DROPPED
    }

    pub(super) fn set_recorded(&self) {
        self.set(RECORDED);
    }

    pub(super) fn set_masked(&self) {
        self.set(MASKED);
    }

    pub(super) fn set_dropped(&self) {
        self.set(DROPPED);
    }

    #[inline]
    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, treatment: u8) {
        self.0.store(treatment, Ordering::Relaxed);
    }
}
