//! Records that the drain thread has moved out of the shards, with their payload.

use super::record::{Record, Timed};

/// Records from the shards, and the payload bytes that they refer to.
#[derive(Debug, Default)]
pub(crate) struct DrainedRecords {
    pub(crate) records: Vec<Timed<Record>>,
    pub(crate) payload: Vec<u8>,
}

/// Shrinks `buffer` if its capacity is more than eight times `used`, because of an earlier burst of records.
/// `used` is the length of the buffer's contents in the last round.
pub(super) fn shrink<T>(buffer: &mut Vec<T>, used: usize) {
    const LEAST: usize = 4096;
    if buffer.capacity() > LEAST && buffer.capacity() / 8 > used {
        buffer.shrink_to(used.max(LEAST));
    }
}

impl DrainedRecords {
    /// Shrinks both buffers after a burst of records. `records` and `payload` are the lengths of their
    /// contents in the last round.
    pub(crate) fn shrink(&mut self, records: usize, payload: usize) {
        shrink(&mut self.records, records);
        shrink(&mut self.payload, payload);
    }

    /// Discards the first `count` records, and appends the records of `incoming`.
    pub(crate) fn discard_and_append(&mut self, count: usize, incoming: &mut Self) {
        self.records.drain(..count);
        if self.records.is_empty() {
            self.payload.clear();
            return std::mem::swap(self, incoming);
        }
        let mut payload = Vec::new();
        for record in &mut self.records {
            if let Record::Transfer(transfer) = &mut record.record {
                let at = payload.len();
                payload.extend_from_slice(transfer.payload(&self.payload).unwrap_or_default());
                transfer.at = at;
            }
        }
        let kept = payload.len();
        for record in &mut incoming.records {
            if let Record::Transfer(transfer) = &mut record.record {
                transfer.at += kept;
            }
        }
        self.records.append(&mut incoming.records);
        self.payload.clear();
        self.payload.append(&mut payload);
        self.payload.append(&mut incoming.payload);
    }
}
