//! Stores the masks of a recording, and applies them to copies of the transferred bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::PayloadMask;
use crate::event::SockId;
use crate::recorder::Direction;

/// Size in bytes of the buffer for transferred bytes beyond the capture limit. These bytes are copied to the
/// buffer for the mask, which must see them, too, but they are not recorded.
const SCRATCH: usize = 1024;

/// The masks of all streams of a recording, by socket number. Most sockets have no mask, so the masks are not
/// part of each socket's state.
#[derive(Default)]
pub(crate) struct Masks(Mutex<BTreeMap<SockId, Arc<Mutex<Masking>>>>);

/// The mask of one stream.
struct Masking {
    /// `None` after the mask has panicked. All payload of the stream is then overwritten.
    mask: Option<Box<dyn PayloadMask>>,
}

impl Masks {
    /// Sets or replaces the mask of the stream `sock`, and calls `begin`, which marks the stream as masked.
    /// Both happen under one lock, so that other threads never see only one of the two.
    pub(crate) fn set(&self, sock: SockId, mask: Box<dyn PayloadMask>, begin: impl FnOnce()) {
        let masking = Arc::new(Mutex::new(Masking { mask: Some(mask) }));
        let previous = {
            let mut masks = lock(&self.0);
            begin();
            masks.insert(sock, masking)
        };
        // The destructor of a mask may take long.
        drop(previous);
    }

    /// Removes the mask of a stream, if there is one.
    pub(crate) fn remove(&self, sock: SockId) {
        let previous = lock(&self.0).remove(&sock);
        drop(previous);
    }

    /// Passes the first `bytes` bytes of `parts` through the mask of the stream `sock`, and returns the first
    /// `limit` masked bytes. If the mask has finished, removes it and calls `end`, which marks the stream as
    /// unmasked. Both happen under one lock, so that other threads never see only one of the two.
    pub(crate) fn apply(
        &self,
        (sock, direction): (SockId, Direction),
        (bytes, limit): (usize, usize),
        parts: &mut dyn Iterator<Item = &[u8]>,
        end: impl FnOnce(),
    ) -> Vec<u8> {
        let masking = lock(&self.0).get(&sock).cloned();
        // Without a mask, it has finished in the other direction since this transfer found it.
        let Some(masking) = masking else { return copy(bytes, limit, parts, |_| {}) };
        let (captured, is_finished) = {
            let mut masking = lock(&masking);
            let captured = copy(bytes, limit, parts, |bytes| masking.apply(direction, bytes));
            (captured, masking.is_finished())
        };
        if is_finished {
            let mut masks = lock(&self.0);
            // Another thread may have replaced the mask.
            if masks.get(&sock).is_some_and(|current| Arc::ptr_eq(current, &masking)) {
                masks.remove(&sock);
                end();
            }
        }
        captured
    }
}

/// Copies the first `bytes` bytes of `parts`, in order, and has `apply` mask the copy, possibly piece by piece.
/// Returns the first `limit` masked bytes. `apply` sees the other bytes, too, because its state depends on them.
fn copy(
    bytes: usize,
    limit: usize,
    parts: &mut dyn Iterator<Item = &[u8]>,
    mut apply: impl FnMut(&mut [u8]),
) -> Vec<u8> {
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
    captured
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
                self.discard();
            }
        }
        if self.mask.is_none() {
            bytes.fill(b'*');
        }
    }

    fn is_finished(&mut self) -> bool {
        let Some(mask) = &self.mask else { return false };
        catch_unwind(AssertUnwindSafe(|| mask.is_finished())).unwrap_or_else(|_| {
            self.discard();
            false
        })
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

/// Locks `mutex`, even if it is poisoned. The panic of a mask is caught, so it leaves the value consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masks").finish_non_exhaustive()
    }
}
