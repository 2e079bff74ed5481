//! Reads or writes above TLS, with the records that carried them and the reads or writes of those.

/// A record of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its first byte below TLS, and behind its last.
    pub(super) from: u64,
    pub(super) to: u64,
    /// The range of its encrypted data; `None` when that is not known.
    pub(super) data: Option<(u64, u64)>,
}

impl Record {
    /// The length of its data.
    pub(super) fn length(&self) -> Option<u64> {
        self.data.map(|(from, to)| to.saturating_sub(from))
    }
}

/// A read or write below TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    /// When, in nanoseconds on the time line.
    pub(super) at: u64,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// Data, and what carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The first byte of the data above TLS, and behind the last.
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) records: Vec<Record>,
    pub(super) transfers: Vec<Transfer>,
    /// The records have exactly this data. Otherwise they carried it, and maybe more.
    pub(super) is_exact: bool,
}

impl Pair {
    /// Returns each record with the range of its data above TLS. Empty when that is not known.
    pub(super) fn placed_records(&self) -> Vec<(Record, u64, u64)> {
        let mut from = self.from;
        let place = |record: &Record| {
            let to = from.saturating_add(record.length().unwrap_or(0));
            let placed = (*record, from, to);
            from = to;
            placed
        };
        self.records.iter().filter(|_| self.is_exact).map(place).collect()
    }

    /// Returns each read or write below TLS with the range of the data whose encrypted bytes it moved.
    pub(super) fn placed_transfers(&self) -> Vec<(Transfer, u64, u64)> {
        let records = self.placed_records();
        let place = |transfer: &Transfer| {
            let data = records.iter().filter_map(|(record, from, _)| {
                let (begins, ends) = record.data?;
                let (begin, end) = (begins.max(transfer.from), ends.min(transfer.to));
                (begin < end).then(|| (from + (begin - begins), from + (end - begins)))
            });
            let (from, to) = data.reduce(|(from, _), (_, to)| (from, to))?;
            Some((*transfer, from, to))
        };
        self.transfers.iter().filter_map(place).collect()
    }
}
