//! Sequence numbers of the two directions of a TCP connection.

use super::context::EventContext;

/// Maximum jump of a sequence number. After a larger jump, the order of sequence numbers is ambiguous (RFC
/// 9293, section 3.4).
const MAX_JUMP: u64 = 1 << 30;

/// State of one direction of a TCP connection: its next sequence number, and the bytes that are not exported.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SendSequence {
    /// Sequence number of the next packet.
    pub(super) next: u32,
    /// Number of packets since the receiver's last acknowledgement.
    pub(super) unacknowledged: u32,
    /// `true` once a FIN was sent.
    pub(super) finished: bool,
    /// `true` once data was sent.
    pub(super) has_sent: bool,
    /// Number of bytes sent so far, including missing bytes.
    position: u64,
    /// Number of bytes that were sent since the last packet but are not exported. The sequence number of the
    /// next packet jumps over them.
    missing: u64,
    /// Number of bytes missing from the recording in this direction, on all connections together, when
    /// [`add_lost`](Self::add_lost) was last called.
    lost: u64,
}

impl SendSequence {
    /// Returns a sequence that starts at `next`. `lost` is the number of bytes missing from the recording so
    /// far in this direction, on all connections together.
    pub(super) fn new(next: u32, lost: u64) -> Self {
        Self { next, lost, ..Self::default() }
    }

    /// Updates `lost`, the number of bytes missing from the recording so far in this direction, on all
    /// connections together. Adds the increase to the missing bytes of this connection, because any of them
    /// may belong to it. Adds nothing after the FIN.
    pub(super) fn add_lost(&mut self, lost: u64) {
        let more = lost.saturating_sub(self.lost);
        self.lost = lost;
        if !self.finished {
            self.skip(more);
        }
    }

    /// Adds `bytes` to the number of missing bytes. They were sent, but are not exported.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.missing = self.missing.saturating_add(bytes);
    }

    /// Replaces the estimated number of missing bytes at `close`, when the exact `total` of bytes in this
    /// direction is known. Returns `true` if bytes are missing but the FIN was already written, so that the
    /// export cannot show the gap. `lost` is as for [`add_lost`](Self::add_lost).
    pub(super) fn ends_at(&mut self, total: u64, lost: u64) -> bool {
        let missing = total.saturating_sub(self.position);
        self.lost = lost;
        self.missing = if self.finished { 0 } else { missing };
        self.finished && missing > 0
    }

    /// Jumps over the missing bytes: advances the sequence number by their number, and returns this number.
    pub(super) fn skip_missing(&mut self) -> u64 {
        let missing = std::mem::take(&mut self.missing);
        self.position = self.position.saturating_add(missing);
        self.next = self.next.wrapping_add(narrow(missing.min(MAX_JUMP)));
        missing
    }

    /// Advances the sequence number by `bytes` sent bytes. `flag` is `true` for a SYN or FIN, which counts as
    /// one more byte.
    pub(super) fn advance(&mut self, bytes: u64, flag: bool) {
        self.position = self.position.saturating_add(bytes);
        self.next = self.next.wrapping_add(narrow(bytes)).wrapping_add(flag.into());
        if bytes > 0 || flag {
            self.unacknowledged = self.unacknowledged.saturating_add(1);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "sequence numbers wrap around at 2^32")]
fn narrow(bytes: u64) -> u32 {
    bytes as u32
}

/// Returns the initial sequence numbers of both endpoints. Connections with the same addresses get different
/// numbers, so that Wireshark separates them.
pub(super) fn first_numbers(context: &EventContext<'_>) -> [u32; 2] {
    // The factors are odd, so the first 2^32 sockets of a recording have distinct numbers.
    #[expect(clippy::cast_possible_truncation, reason = "sequence numbers have 32 bits")]
    let sock = (context.sock.get() as u32).wrapping_mul(0x9e37_79b1);
    let local = sock.wrapping_add(context.recording.number.wrapping_mul(0x85eb_ca6b));
    [local, local.wrapping_add(0x5bd1_e995)]
}
