//! What one side of a connection sends: where in the sequence it is.

/// No jump is wider: beyond it, the order of sequence numbers would be in doubt (RFC 9293, section 3.4).
const WIDEST_JUMP: u64 = 1 << 30;

/// One direction of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    /// The sequence number of its next packet.
    pub(super) next: u32,
    /// Packets that the other side has not acknowledged.
    pub(super) unacknowledged: u32,
    /// Its FIN is sent.
    pub(super) finished: bool,
    /// It has sent something.
    pub(super) spoke: bool,
    /// Bytes that the stream has come to, also those that are missing.
    position: u64,
    /// Bytes that are missing before its next packet.
    hole: u64,
    /// How much the whole recording had lost when that was looked up last.
    lost: u64,
}

impl Half {
    /// Begins at a sequence number, when the recording has lost so many bytes of its direction.
    pub(super) fn new(next: u32, lost: u64) -> Self {
        Self { next, lost, ..Self::default() }
    }

    /// The recording has lost so many bytes by now: they may all have been of this connection. What has finished lost
    /// nothing since.
    pub(super) fn lose(&mut self, lost: u64) {
        let more = lost.saturating_sub(self.lost);
        self.lost = lost;
        if !self.finished {
            self.skip(more);
        }
    }

    /// So many bytes are not shown.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.hole = self.hole.saturating_add(bytes);
    }

    /// It has come to so many bytes in all, and the recording has lost so many: nothing is in doubt any more about what
    /// is missing. Returns whether that is found out too late, after the FIN.
    pub(super) fn ends_at(&mut self, total: u64, lost: u64) -> bool {
        let missing = total.saturating_sub(self.position);
        self.lost = lost;
        self.hole = if self.finished { 0 } else { missing };
        self.finished && missing > 0
    }

    /// Jumps over what is missing, and returns how many bytes that is.
    pub(super) fn jump(&mut self) -> u64 {
        let hole = std::mem::take(&mut self.hole);
        self.position = self.position.saturating_add(hole);
        self.next = self.next.wrapping_add(narrow(hole.min(WIDEST_JUMP)));
        hole
    }

    /// Sends so many bytes, and a SYN or FIN, which counts as one.
    pub(super) fn advance(&mut self, bytes: u64, flag: bool) {
        self.position = self.position.saturating_add(bytes);
        self.next = self.next.wrapping_add(narrow(bytes)).wrapping_add(flag.into());
        if bytes > 0 || flag {
            self.unacknowledged = self.unacknowledged.saturating_add(1);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "sequence numbers begin again after 2^32")]
fn narrow(bytes: u64) -> u32 {
    bytes as u32
}
