//! Pairs the TLS records of one direction of a connection with the decrypted data that they carry.
//!
//! A recording contains the encrypted stream with its records (below TLS), and the program's reads and writes
//! of decrypted data (above TLS). It does not state which record carried which data. This module derives
//! it from the order in time and from the lengths. Written data is encrypted and sent before the program
//! writes more; read data was received before. Without padding, the number of data bytes in a record is the
//! length of its fragment minus the overhead of the cipher suite. Records that match no data belong to the
//! handshake or are alerts.

use std::collections::VecDeque;

use super::pair::{Pair, RawTransfer, Record};
use socket_dissect::{Expansion, Part, RECORD_HEADER};

/// Maximum number of TLS records that are kept until they are matched to decrypted data. The same maximum
/// applies to the reads or writes of decrypted data that are kept until they are matched to records.
const MAX_WAITING: usize = 64;
/// Maximum number of reads or writes of encrypted bytes that are kept. One record of 16 KiB may arrive in
/// many reads.
const MAX_TRANSFERS: usize = 1_024;
/// Maximum number of pairs (decrypted data with its records) that are kept before the selected API call
/// begins.
const MAX_BEFORE: usize = 16;
/// Maximum number of pairs (decrypted data with its records) that are kept in total.
const MAX_PAIRS: usize = 216;

/// Pairs the TLS records of one direction of a connection with the data above TLS.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Number of encrypted bytes transferred so far, below TLS.
    below: u64,
    /// Number of decrypted bytes transferred so far, above TLS.
    above: u64,
    /// Reads or writes of encrypted bytes, below TLS. They are dropped once all of their records are matched
    /// to data.
    transfers: VecDeque<RawTransfer>,
    /// The `application_data` record that has been transferred only in part.
    open: Option<Record>,
    /// Complete `application_data` records that are not matched to decrypted data yet.
    records: VecDeque<Record>,
    /// For each read or write of decrypted data that is not matched to records yet, the offset after its last
    /// byte in the decrypted stream.
    ends: VecDeque<u64>,
    /// Offset in the decrypted stream up to which all data is matched to records.
    paired: u64,
    /// `true` if the previous read or write was of decrypted data, above TLS.
    was_above: bool,
    pairs: VecDeque<Pair>,
}

impl Records {
    /// Adds a read or write of encrypted bytes, below TLS.
    pub(super) fn add_below(&mut self, at: u64, bytes: u64, parts: &[Part], expansion: Option<Expansion>) {
        self.change_side(false);
        let from = self.below;
        self.below = from.saturating_add(bytes);
        self.transfers.push_back(RawTransfer { at, from, to: self.below });
        let mut begins = from;
        for part in parts {
            let ends = begins.saturating_add(part.bytes);
            self.add_part(part, begins, ends, expansion);
            begins = ends;
        }
        self.drop_unneeded();
        self.pair_exact();
    }

    fn add_part(&mut self, part: &Part, begins: u64, ends: u64, expansion: Option<Expansion>) {
        if !part.is_tls_record() || part.name != "application_data" {
            return;
        }
        if part.begins {
            self.open = Some(Record { from: begins, to: begins, data: None });
        }
        let Some(mut record) = self.open.take() else { return };
        record.to = ends;
        if !part.ends {
            self.open = Some(record);
            return;
        }
        record.data = expansion.and_then(|Expansion { before, after }| {
            let begins = record.from.saturating_add(RECORD_HEADER).saturating_add(before);
            let ends = record.to.checked_sub(after)?;
            (begins <= ends).then_some((begins, ends))
        });
        self.records.push_back(record);
    }

    /// Adds a read or write of decrypted bytes, above TLS.
    pub(super) fn add_above(&mut self, bytes: u64) {
        self.change_side(true);
        self.above = self.above.saturating_add(bytes);
        self.ends.push_back(self.above);
        self.pair_exact();
        if self.ends.len() > MAX_WAITING {
            self.skip_waiting();
        }
    }

    /// Discards the records sent so far, because they belong to the handshake. Called when the recording of
    /// the decrypted stream begins.
    pub(super) fn begin_writing(&mut self) {
        self.records.clear();
    }

    /// Returns all pairs, each a range of decrypted data with the TLS records that carried it. Called after
    /// the last read or write.
    pub(super) fn pairs(mut self) -> Vec<Pair> {
        if self.may_hold_all() {
            self.pair_by_order();
        }
        self.pairs.into()
    }

    /// Until the selected API call has begun (`has_begun`), drops all pairs except the newest [`MAX_BEFORE`].
    pub(super) fn keep(&mut self, has_begun: bool) {
        while !has_begun && self.pairs.len() > MAX_BEFORE {
            self.pairs.pop_front();
        }
    }

    /// Called before each read or write. `is_above` is `true` for decrypted data, and `false` for encrypted
    /// bytes. When one kind follows the other, matches all waiting data to all waiting records, even if their
    /// lengths differ. Matches nothing if the records are too small for the data.
    fn change_side(&mut self, is_above: bool) {
        if self.was_above != is_above && self.may_hold_all() {
            self.pair_by_order();
        }
        self.was_above = is_above;
    }

    /// Matches waiting reads or writes of decrypted data to consecutive waiting records that contain exactly
    /// as many data bytes.
    fn pair_exact(&mut self) {
        while let Some((count, run)) = self.find_exact() {
            let records: Vec<Record> = self.records.drain(..run.end).skip(run.start).collect();
            let end = self.ends.drain(..count).next_back().unwrap_or(self.paired);
            self.pair(end, records, true);
        }
    }

    /// Finds the smallest number of waiting reads or writes of decrypted data whose bytes exactly fill
    /// consecutive records. Returns this number, and the index range of these records.
    fn find_exact(&self) -> Option<(usize, std::ops::Range<usize>)> {
        self.ends.iter().enumerate().find_map(|(at, end)| {
            let wanted = end.saturating_sub(self.paired);
            let run = (0..self.records.len()).find_map(|from| Some(from..self.run(from, wanted)?));
            Some((at + 1, run?))
        })
    }

    /// Looks for consecutive records that start with the record `from` and together contain exactly `wanted`
    /// data bytes. Returns the index after the last of them, or `None` if there are none.
    fn run(&self, from: usize, wanted: u64) -> Option<usize> {
        let mut sum = 0_u64;
        for (at, record) in self.records.iter().enumerate().skip(from) {
            sum = sum.saturating_add(record.length()?);
            if sum >= wanted {
                return (sum == wanted).then_some(at + 1);
            }
        }
        None
    }

    /// Returns `true` if the records that are not matched yet are large enough to contain all decrypted data
    /// that is not matched yet.
    fn may_hold_all(&self) -> bool {
        let most = |record: &Record| record.length().unwrap_or(record.to - record.from);
        let all = self.records.iter().map(most).fold(0_u64, u64::saturating_add);
        self.ends.back().is_some_and(|end| end.saturating_sub(self.paired) <= all)
    }

    /// Gives up on the decrypted data that is not matched yet: it gets no records, because it is unknown which
    /// ones carried it.
    fn skip_waiting(&mut self) {
        self.ends.clear();
        self.paired = self.above;
    }

    fn pair_by_order(&mut self) {
        if self.records.is_empty() || self.ends.is_empty() {
            return;
        }
        let records = self.records.drain(..).collect();
        let end = self.ends.drain(..).next_back().unwrap_or(self.paired);
        self.pair(end, records, false);
    }

    fn pair(&mut self, end: u64, records: Vec<Record>, is_exact: bool) {
        let from = std::mem::replace(&mut self.paired, end);
        let touches = |transfer: &&RawTransfer| {
            records.iter().any(|record| record.from < transfer.to && transfer.from < record.to)
        };
        let transfers = self.transfers.iter().filter(touches).copied().collect();
        if self.pairs.len() < MAX_PAIRS {
            self.pairs.push_back(Pair { from, to: end, records, transfers, is_exact });
        }
    }

    /// Drops the oldest records if there are too many, and the reads or writes that transferred none of the
    /// remaining records.
    fn drop_unneeded(&mut self) {
        while self.records.len() > MAX_WAITING {
            self.records.pop_front();
        }
        let first = self.records.front().or(self.open.as_ref()).map_or(self.below, |record| record.from);
        let is_over = |transfer: &RawTransfer| transfer.to <= first && transfer.to < self.below;
        while self.transfers.len() > MAX_TRANSFERS || self.transfers.front().is_some_and(is_over) {
            self.transfers.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
