//! Data above TLS, paired with the records and the reads or writes that carried it.

/// An application-data record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Offset of the first byte below TLS.
    pub(super) from: u64,
    /// Offset after the last byte below TLS.
    pub(super) to: u64,
    /// Range of the encrypted data below TLS; `None` if it is unknown.
    pub(super) data: Option<(u64, u64)>,
}

impl Record {
    /// Returns the length of the data, if it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.data.map(|(from, to)| to.saturating_sub(from))
    }
}

/// A read or write below TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawTransfer {
    /// Time in nanoseconds on the time line.
    pub(super) at: u64,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// Data above TLS, and the records and transfers that carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Offset of the first byte above TLS.
    pub(super) from: u64,
    /// Offset after the last byte above TLS.
    pub(super) to: u64,
    pub(super) records: Vec<Record>,
    pub(super) transfers: Vec<RawTransfer>,
    /// `true` if the records hold exactly this data. Otherwise they may hold other data, too.
    pub(super) is_exact: bool,
}

impl Pair {
    /// Returns each record with the range of its data above TLS. Empty if the pair is not exact.
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

    /// Returns each read or write below TLS with the range of the data that it transferred in encrypted form.
    pub(super) fn placed_transfers(&self) -> Vec<(RawTransfer, u64, u64)> {
        let records = self.placed_records();
        let place = |transfer: &RawTransfer| {
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
