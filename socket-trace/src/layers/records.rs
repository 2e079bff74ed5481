//! The records of TLS that one direction of a connection carried, and which data was in them.
//!
//! A recording has the records of the stream below, and the reads and writes of the stream above. Nothing in it says which
//! belong together, but time and length do. What a program writes is encrypted and sent before it writes more; what it
//! reads was received before. And without padding, a record holds as many bytes as its fragment has without what the
//! cipher suite adds. Records that match nothing were the handshake's, or an alert.

use std::collections::VecDeque;

use super::pair::{Pair, Record, Transfer};
use socket_dissect::{Expansion, Part, RECORD_HEADER};

/// Limit of the records, and of the reads or writes above, that wait for their counterpart.
const MOST_WAITING: usize = 64;
/// Limit of the reads or writes below that wait: a record of 16 KiB can come in pieces.
const MOST_TRANSFERS: usize = 1_024;
/// Limits of the pairs that are kept: before the call begins, and in all.
const MOST_BEFORE: usize = 16;
const MOST_PAIRS: usize = 216;

/// One direction of a connection, below TLS and above it.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Bytes below, so far, and above.
    below: u64,
    above: u64,
    /// The reads or writes below whose bytes may still belong to a record that waits.
    transfers: VecDeque<Transfer>,
    /// A record of data that is not complete.
    open: Option<Record>,
    /// Records of data that are complete.
    records: VecDeque<Record>,
    /// The ends of the reads or writes above that wait for their records; the first begins at `paired`.
    ends: VecDeque<u64>,
    paired: u64,
    /// The last transfer was above.
    was_above: bool,
    pairs: VecDeque<Pair>,
}

impl Records {
    /// A read or write below TLS.
    pub(super) fn add_below(&mut self, at: u64, bytes: u64, parts: &[Part], expansion: Option<Expansion>) {
        self.turn(false);
        let from = self.below;
        self.below = from.saturating_add(bytes);
        self.transfers.push_back(Transfer { at, from, to: self.below });
        let mut begins = from;
        for part in parts {
            let ends = begins.saturating_add(part.bytes);
            self.add_part(part, begins, ends, expansion);
            begins = ends;
        }
        self.forget();
        self.settle();
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

    /// A read or write above TLS.
    pub(super) fn add_above(&mut self, bytes: u64) {
        self.turn(true);
        self.above = self.above.saturating_add(bytes);
        self.ends.push_back(self.above);
        self.settle();
        if self.ends.len() > MOST_WAITING {
            self.give_up();
        }
    }

    /// The stream above begins: nothing that was sent before is its data.
    pub(super) fn begin_writing(&mut self) {
        self.records.clear();
    }

    /// The pairs, when nothing more comes.
    pub(super) fn pairs(mut self) -> Vec<Pair> {
        if self.may_hold_all() {
            self.pair_roughly();
        }
        self.pairs.into()
    }

    /// Drops old pairs, unless the call has begun.
    pub(super) fn keep(&mut self, has_begun: bool) {
        while !has_begun && self.pairs.len() > MOST_BEFORE {
            self.pairs.pop_front();
        }
    }

    /// Pairs by order when the side changes: all that waits on both sides belongs together, even if the lengths do not
    /// match.
    fn turn(&mut self, is_above: bool) {
        if self.was_above != is_above && self.may_hold_all() {
            self.pair_roughly();
        }
        self.was_above = is_above;
    }

    /// Pairs the reads or writes above with the records that have exactly their length.
    fn settle(&mut self) {
        while let Some((count, run)) = self.exact() {
            let records: Vec<Record> = self.records.drain(..run.end).skip(run.start).collect();
            let end = self.ends.drain(..count).next_back().unwrap_or(self.paired);
            self.pair(end, records, true);
        }
    }

    /// Finds the fewest reads or writes above, and the first records, whose lengths are the same.
    fn exact(&self) -> Option<(usize, std::ops::Range<usize>)> {
        self.ends.iter().enumerate().find_map(|(at, end)| {
            let wanted = end.saturating_sub(self.paired);
            let run = (0..self.records.len()).find_map(|from| Some(from..self.run(from, wanted)?));
            Some((at + 1, run?))
        })
    }

    /// Returns the end of the run of records from there that has exactly so many bytes of data.
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

    /// Returns true if the records that wait can hold all data that waits.
    fn may_hold_all(&self) -> bool {
        let most = |record: &Record| record.length().unwrap_or(record.to - record.from);
        let all = self.records.iter().map(most).fold(0_u64, u64::saturating_add);
        self.ends.back().is_some_and(|end| end.saturating_sub(self.paired) <= all)
    }

    /// Leaves the data that waits without records.
    fn give_up(&mut self) {
        self.ends.clear();
        self.paired = self.above;
    }

    fn pair_roughly(&mut self) {
        if self.records.is_empty() || self.ends.is_empty() {
            return;
        }
        let records = self.records.drain(..).collect();
        let end = self.ends.drain(..).next_back().unwrap_or(self.paired);
        self.pair(end, records, false);
    }

    fn pair(&mut self, end: u64, records: Vec<Record>, is_exact: bool) {
        let from = std::mem::replace(&mut self.paired, end);
        let touches = |transfer: &&Transfer| {
            records.iter().any(|record| record.from < transfer.to && transfer.from < record.to)
        };
        let transfers = self.transfers.iter().filter(touches).copied().collect();
        if self.pairs.len() < MOST_PAIRS {
            self.pairs.push_back(Pair { from, to: end, records, transfers, is_exact });
        }
    }

    /// Drops the oldest records above the limit, and the reads or writes that no waiting record needs.
    fn forget(&mut self) {
        while self.records.len() > MOST_WAITING {
            self.records.pop_front();
        }
        let first = self.records.front().or(self.open.as_ref()).map_or(self.below, |record| record.from);
        let last = self.below;
        let is_over = |transfer: &Transfer| transfer.to <= first && transfer.to < last;
        while self.transfers.len() > MOST_TRANSFERS || self.transfers.front().is_some_and(is_over) {
            self.transfers.pop_front();
        }
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
