//! Joins the TCP segments of one direction to the bytes that the receiver reads.

use std::collections::VecDeque;

/// Maximum number of segments that wait for missing bytes before them.
const MAX_WAITING: usize = 1_024;

/// Maximum total number of payload bytes of the segments that wait.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// The bytes of one direction of a connection, in their order.
#[derive(Debug, Default)]
pub(super) struct Reassembly {
    /// The next sequence number in order. `None` before the first segment.
    next: Option<u32>,
    /// The first sequence number that the receiver has not acknowledged.
    acknowledged: Option<u32>,
    /// Segments after bytes that are missing, in the order of their numbers.
    waiting: VecDeque<Segment>,
    waiting_bytes: usize,
}

/// The payload of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Sequence number of the first byte.
    pub(super) seq: u32,
    /// Number of bytes.
    pub(super) length: u32,
    /// The bytes that were captured. Shorter than `length` if they were cut off.
    pub(super) data: Box<[u8]>,
}

/// Consecutive bytes of a stream: the number of bytes, and the first of them, as far as they were captured.
pub(super) type Chunk = (u32, Box<[u8]>);

impl Reassembly {
    /// Begins with the sequence number after a SYN.
    pub(super) fn begin(&mut self, next: u32) {
        *self = Self { next: Some(next), ..Self::default() };
    }

    /// Returns `true` if a sequence number is known.
    pub(super) fn has_begun(&self) -> bool {
        self.next.is_some()
    }

    /// Returns `true` if no byte before the sequence number `end` is missing.
    pub(super) fn is_complete(&self, end: u32) -> bool {
        self.next.is_none_or(|next| next == end)
    }

    /// Returns `true` if the receiver has acknowledged the byte or FIN with this sequence number.
    pub(super) fn is_acknowledged(&self, seq: u32) -> bool {
        self.acknowledged.is_some_and(|acknowledged| is_before(seq, acknowledged))
    }

    /// Adds a segment. Returns the bytes that are now in order.
    pub(super) fn add(&mut self, segment: Segment) -> Vec<Chunk> {
        let next = *self.next.get_or_insert(segment.seq);
        if is_before(next, segment.seq) {
            self.wait(segment);
            if self.waiting.len() > MAX_WAITING || self.waiting_bytes > MAX_WAITING_BYTES {
                return self.skip_gap();
            }
            return self.skip_acknowledged_gap();
        }
        let mut chunks = Vec::new();
        chunks.extend(self.take(segment));
        self.take_waiting(&mut chunks);
        chunks
    }

    /// Processes an acknowledgment of the receiver. It has received all bytes before, so those that are missing in the capture
    /// do not follow. Returns the bytes that are now in order.
    pub(super) fn acknowledge(&mut self, ack: u32) -> Vec<Chunk> {
        if self.acknowledged.is_none_or(|acknowledged| is_before(acknowledged, ack)) {
            self.acknowledged = Some(ack);
        }
        self.skip_acknowledged_gap()
    }

    fn skip_acknowledged_gap(&mut self) -> Vec<Chunk> {
        let Some(first) = self.waiting.front() else { return Vec::new() };
        match self.acknowledged {
            Some(acknowledged) if !is_before(acknowledged, first.seq) => self.skip_gap(),
            _ => Vec::new(),
        }
    }

    /// Gives up the bytes before the first segment that waits.
    fn skip_gap(&mut self) -> Vec<Chunk> {
        let (Some(next), Some(first)) = (self.next, self.waiting.front()) else { return Vec::new() };
        let missing = first.seq.wrapping_sub(next);
        self.next = Some(first.seq);
        let mut chunks = vec![(missing, Box::default())];
        self.take_waiting(&mut chunks);
        chunks
    }

    fn wait(&mut self, segment: Segment) {
        self.waiting_bytes = self.waiting_bytes.saturating_add(segment.data.len());
        let index = self.waiting.partition_point(|waiting| !is_before(segment.seq, waiting.seq));
        self.waiting.insert(index, segment);
    }

    fn take_waiting(&mut self, chunks: &mut Vec<Chunk>) {
        while let Some(next) = self.next
            && self.waiting.front().is_some_and(|segment| !is_before(next, segment.seq))
            && let Some(segment) = self.waiting.pop_front()
        {
            self.waiting_bytes = self.waiting_bytes.saturating_sub(segment.data.len());
            chunks.extend(self.take(segment));
        }
    }

    /// Returns the part of a segment that is new. The segment does not begin after the next byte.
    fn take(&mut self, segment: Segment) -> Option<Chunk> {
        let known = self.next?.wrapping_sub(segment.seq);
        let new = segment.length.checked_sub(known).filter(|new| *new > 0)?;
        self.next = Some(segment.seq.wrapping_add(segment.length));
        let data = match known {
            0 => segment.data,
            _ => segment.data.get(known as usize..).unwrap_or_default().into(),
        };
        Some((new, data))
    }
}

/// Compares sequence numbers, which wrap around (RFC 9293, section 3.4).
fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}

#[cfg(test)]
#[path = "reassembly_tests.rs"]
mod tests;
