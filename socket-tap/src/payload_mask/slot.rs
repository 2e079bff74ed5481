//! The place of a stream's mask, and the masked copy of a transfer.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::PayloadMask;
use crate::recorder::Direction;

/// Number of bytes beyond the capture limit that are copied for the mask at once.
const SCRATCH: usize = 1024;

/// The mask of one stream. Boxed, because most streams have none.
#[derive(Default)]
pub(crate) struct MaskSlot(OnceLock<Box<Mutex<Masking>>>);

#[derive(Default)]
struct Masking {
    mask: Option<Box<dyn PayloadMask>>,
    /// The mask has panicked: all payload is overwritten.
    has_failed: bool,
}

impl MaskSlot {
    /// Replaces the mask. Calls `begin` under the lock.
    pub(crate) fn set(&self, mask: Box<dyn PayloadMask>, begin: impl FnOnce()) {
        let mut masking = lock(self.0.get_or_init(Box::default));
        *masking = Masking { mask: Some(mask), has_failed: false };
        begin();
    }

    /// Passes the first `bytes` bytes of `parts` through the mask, and returns the first `limit` of them. Calls `end`
    /// under the lock if later transfers need no mask.
    pub(crate) fn apply(
        &self,
        direction: Direction,
        (bytes, limit): (usize, usize),
        parts: &mut dyn Iterator<Item = &[u8]>,
        end: impl FnOnce(),
    ) -> Vec<u8> {
        let mut masking = self.0.get().map(|masking| lock(masking));
        let mut apply = |bytes: &mut [u8]| {
            if let Some(masking) = &mut masking {
                masking.apply(direction, bytes);
            }
        };
        let mut captured = Vec::with_capacity(bytes.min(limit));
        let mut left = bytes;
        for part in parts {
            let part = &part[..part.len().min(left)];
            let (kept, rest) = part.split_at(part.len().min(limit - captured.len()));
            let at = captured.len();
            captured.extend_from_slice(kept);
            apply(&mut captured[at..]);
            for rest in rest.chunks(SCRATCH) {
                let mut scratch = [0; SCRATCH];
                let scratch = &mut scratch[..rest.len()];
                scratch.copy_from_slice(rest);
                apply(scratch);
            }
            left -= part.len();
            if left == 0 {
                break;
            }
        }
        if masking.as_mut().is_none_or(|masking| masking.discard_if_finished()) {
            end();
        }
        captured
    }
}

impl Masking {
    fn apply(&mut self, direction: Direction, bytes: &mut [u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(mask) = &mut self.mask {
            let result = catch_unwind(AssertUnwindSafe(|| match direction {
                Direction::Read => mask.mask_read(bytes),
                Direction::Write => mask.mask_write(bytes),
            }));
            if result.is_err() {
                self.fail();
            }
        }
        if self.has_failed {
            bytes.fill(b'*');
        }
    }

    fn fail(&mut self) {
        self.discard();
        self.has_failed = true;
    }

    /// Drops a finished mask. Returns `true` if later payload may be recorded unchanged.
    fn discard_if_finished(&mut self) -> bool {
        if let Some(mask) = &self.mask {
            match catch_unwind(AssertUnwindSafe(|| mask.is_finished())) {
                Ok(true) => self.discard(),
                Ok(false) => {}
                Err(_) => self.fail(),
            }
        }
        self.mask.is_none() && !self.has_failed
    }

    fn discard(&mut self) {
        let mask = self.mask.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(mask)));
    }
}

// A mask's destructor may panic, too.
impl Drop for Masking {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Ignores poisoning: a panic of the mask is caught.
fn lock(masking: &Mutex<Masking>) -> MutexGuard<'_, Masking> {
    masking.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for MaskSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskSlot").finish_non_exhaustive()
    }
}
