//! Masking of the payload of a socket, and its exclusion from the recording.

use super::SocketState;
use crate::payload_mask::PayloadMask;
use crate::recorder::Direction;

impl SocketState {
    /// Returns `true` if reads and writes are neither masked nor dropped.
    #[inline]
    pub(crate) fn records_transfers_unchanged(&self) -> bool {
        self.treatment.is_recorded()
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.treatment.is_dropped()
    }

    /// Excludes the socket from the recording, after its first event was dropped.
    pub(crate) fn drop_from_recording(&self) {
        self.treatment.set_dropped();
    }

    /// Masks the payload of later reads and writes. Does nothing if the socket was dropped from the
    /// recording.
    pub(crate) fn mask_payload(&self, mask: Box<dyn PayloadMask>) {
        if !self.is_dropped() {
            self.recording.masks.set(self.sock, mask, || self.treatment.set_masked());
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
        let end = || self.treatment.set_recorded();
        masks.apply((self.sock, direction), size, parts, end)
    }

    /// Drops the socket's [`PayloadMask`], if it has one. Called after the last transfer.
    pub(crate) fn drop_mask(&self) {
        if self.treatment.is_masked() {
            self.recording.masks.remove(self.sock);
        }
    }
}
