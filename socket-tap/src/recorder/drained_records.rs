//! Records that the drain thread has moved out of the shards, which are the buffers of the recording threads,
//! with their payload.

use super::record::{Record, Timed};

/// A list of records that the drain thread has moved out of the shards, and a buffer with their captured
/// payload.
#[derive(Debug, Default)]
pub(crate) struct DrainedRecords {
    pub(crate) records: Vec<Timed<Record>>,
    pub(crate) payload: Vec<u8>,
}

/// Shrinks `buffer` if its capacity is more than eight times `used`, because of an earlier burst of records.
/// `used` is the number of elements that the buffer had when the drain thread last delivered it.
pub(super) fn shrink<T>(buffer: &mut Vec<T>, used: usize) {
    const LEAST: usize = 4096;
    if buffer.capacity() > LEAST && buffer.capacity() / 8 > used {
        buffer.shrink_to(used.max(LEAST));
    }
}

impl DrainedRecords {
    /// Shrinks both buffers after a burst of records. `records` and `payload` are the numbers of records and
    /// of payload bytes that they had when the drain thread last delivered them.
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
