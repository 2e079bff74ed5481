//! Pairs the TLS records of one direction of a connection with the data in them.
//!
//! A recording has the records of the stream below TLS, and the reads and writes of the stream above. It does not
//! link them, but time and length do. Data is encrypted and sent before the program writes more, and received before
//! the program reads it. Without padding, a record holds as many bytes as its fragment minus the overhead of the
//! cipher suite. Records that match no data belong to the handshake or are alerts.

use std::collections::VecDeque;

use super::pair::{Pair, RawTransfer, Record};
use socket_dissect::{Expansion, Part, RECORD_HEADER};

/// Maximum number of records, and of reads or writes above TLS, that await their counterpart.
const MAX_WAITING: usize = 64;
/// Maximum number of reads or writes below TLS that are kept: a record of 16 KiB may arrive in pieces.
const MAX_TRANSFERS: usize = 1_024;
/// Maximum number of pairs kept before the call begins.
const MAX_BEFORE: usize = 16;
/// Maximum number of pairs kept.
const MAX_PAIRS: usize = 216;

/// One direction of a connection, below and above TLS.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Number of bytes below TLS so far.
    below: u64,
    /// Number of bytes above TLS so far.
    above: u64,
    /// Reads or writes below TLS whose bytes may belong to a record that awaits its data.
    transfers: VecDeque<RawTransfer>,
    /// The application-data record that is incomplete so far.
    open: Option<Record>,
    /// Complete application-data records that await their data.
    records: VecDeque<Record>,
    /// End offsets of the reads or writes above TLS that await their records.
    ends: VecDeque<u64>,
    /// Offset above TLS up to which data is paired.
    paired: u64,
    /// `true` if the last transfer was above TLS.
    was_above: bool,
    pairs: VecDeque<Pair>,
}

impl Records {
    /// Adds a read or write below TLS.
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

    /// Adds a read or write above TLS.
    pub(super) fn add_above(&mut self, bytes: u64) {
        self.change_side(true);
        self.above = self.above.saturating_add(bytes);
        self.ends.push_back(self.above);
        self.pair_exact();
        if self.ends.len() > MAX_WAITING {
            self.skip_waiting();
        }
    }

    /// Discards all records sent before the stream above TLS started.
    pub(super) fn begin_writing(&mut self) {
        self.records.clear();
    }

    /// Returns the pairs, after the last transfer.
    pub(super) fn pairs(mut self) -> Vec<Pair> {
        if self.may_hold_all() {
            self.pair_by_order();
        }
        self.pairs.into()
    }

    /// Drops old pairs until the call has begun.
    pub(super) fn keep(&mut self, has_begun: bool) {
        while !has_begun && self.pairs.len() > MAX_BEFORE {
            self.pairs.pop_front();
        }
    }

    /// Pairs by order when transfers change between below and above: whatever awaits its counterpart belongs
    /// together, even if the lengths differ.
    fn change_side(&mut self, is_above: bool) {
        if self.was_above != is_above && self.may_hold_all() {
            self.pair_by_order();
        }
        self.was_above = is_above;
    }

    /// Pairs the reads or writes above TLS with the records that have exactly their length.
    fn pair_exact(&mut self) {
        while let Some((count, run)) = self.find_exact() {
            let records: Vec<Record> = self.records.drain(..run.end).skip(run.start).collect();
            let end = self.ends.drain(..count).next_back().unwrap_or(self.paired);
            self.pair(end, records, true);
        }
    }

    /// Finds the fewest reads or writes above TLS whose total length equals that of consecutive records.
    fn find_exact(&self) -> Option<(usize, std::ops::Range<usize>)> {
        self.ends.iter().enumerate().find_map(|(at, end)| {
            let wanted = end.saturating_sub(self.paired);
            let run = (0..self.records.len()).find_map(|from| Some(from..self.run(from, wanted)?));
            Some((at + 1, run?))
        })
    }

    /// Returns the end of the run of records starting at `from` that holds exactly `wanted` bytes.
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

    /// Returns `true` if the waiting records can hold all waiting data.
    fn may_hold_all(&self) -> bool {
        let most = |record: &Record| record.length().unwrap_or(record.to - record.from);
        let all = self.records.iter().map(most).fold(0_u64, u64::saturating_add);
        self.ends.back().is_some_and(|end| end.saturating_sub(self.paired) <= all)
    }

    /// Leaves the waiting data without records.
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

    /// Drops the oldest records above the limit, and the reads or writes that no waiting record needs.
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
