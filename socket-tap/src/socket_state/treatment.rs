//! The treatment of a socket's reads and writes: recorded, masked or dropped.
//!
//! One byte states which of the three applies, so that a read or write without a mask costs only one
//! comparison.

use std::sync::atomic::Ordering;

use super::SocketState;
use crate::payload_mask::PayloadMask;
use crate::recorder::Direction;

/// Reads and writes are recorded unchanged.
pub(super) const RECORDED: u8 = 0;
/// Reads and writes are recorded after a mask has overwritten the secrets in their payload.
const MASKED: u8 = 1;
/// The socket is not in the recording, because the recorder was overloaded when it was created. Its events
/// are only counted.
const DROPPED: u8 = 2;

impl SocketState {
    /// Returns `true` if reads and writes are neither masked nor dropped.
    #[inline]
    pub(crate) fn records_transfers_unchanged(&self) -> bool {
        self.treatment.load(Ordering::Relaxed) == RECORDED
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.treatment.load(Ordering::Relaxed) == DROPPED
    }

    /// Excludes the socket from the recording, after its first event was dropped.
    pub(crate) fn drop_from_recording(&self) {
        self.treatment.store(DROPPED, Ordering::Relaxed);
    }

    /// Masks the payload of later reads and writes. Does nothing if the socket was dropped from the
    /// recording.
    pub(crate) fn mask_payload(&self, mask: Box<dyn PayloadMask>) {
        if !self.is_dropped() {
            self.recording.masks.set(self.sock, mask, || self.treatment.store(MASKED, Ordering::Relaxed));
        }
    }

    /// Passes the first `bytes` bytes of `parts` through the socket's mask. Returns the masked bytes up to
    /// the capture limit.
    pub(crate) fn masked_payload(
        &self,
        direction: Direction,
        bytes: usize,
        parts: &mut dyn Iterator<Item = &[u8]>,
    ) -> Vec<u8> {
        let (masks, size) = (&self.recording.masks, (bytes, self.recording.capture));
        let end = || self.treatment.store(RECORDED, Ordering::Relaxed);
        masks.apply((self.sock, direction), size, parts, end)
    }

    /// Drops the socket's [`PayloadMask`], if it has one. Called after the last transfer.
    pub(crate) fn drop_mask(&self) {
        if self.treatment.load(Ordering::Relaxed) == MASKED {
            self.recording.masks.remove(self.sock);
        }
    }
}
