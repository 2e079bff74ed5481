//! Decrypted data, paired with the TLS records and the reads or writes that carried it.

/// A TLS record with application data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Offset of the record's first byte in the encrypted stream.
    pub(super) from: u64,
    /// Offset after the record's last byte in the encrypted stream.
    pub(super) to: u64,
    /// The encrypted data in the record, without header and tag, as two offsets in the encrypted stream: that
    /// of its first byte, and the one after its last byte. `None` if they are unknown.
    pub(super) data: Option<(u64, u64)>,
}

impl Record {
    /// Returns the number of bytes of decrypted data in the record, if it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.data.map(|(from, to)| to.saturating_sub(from))
    }
}

/// A read or write of encrypted bytes: those at the offsets `from` to `to` of the encrypted stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawTransfer {
    /// Time of the read or write on the time line, in nanoseconds.
    pub(super) at: u64,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// A range of decrypted data, with the TLS records and the reads or writes that carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Offset of the first data byte in the decrypted stream.
    pub(super) from: u64,
    /// Offset after the last data byte in the decrypted stream.
    pub(super) to: u64,
    pub(super) records: Vec<Record>,
    pub(super) transfers: Vec<RawTransfer>,
    /// `true` if the lengths show that the records contain exactly this data. `false` if the records may
    /// contain other data, too.
    pub(super) is_exact: bool,
}

impl Pair {
    /// Returns each TLS record with two offsets in the decrypted stream: that of its first data byte, and the
    /// one after its last data byte. Empty if `is_exact` is `false`, because the offsets are then unknown.
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

    /// Returns each read or write of encrypted bytes with two offsets in the decrypted stream: that of the
    /// first data byte it carried, and the one after the last data byte. Empty if `is_exact` is `false`.
    pub(super) fn placed_transfers(&self) -> Vec<(RawTransfer, u64, u64)> {
        let place = |transfer: &RawTransfer| {
            let (from, to) = self.data_in(transfer.from, transfer.to)?;
            Some((*transfer, from, to))
        };
        self.transfers.iter().filter_map(place).collect()
    }

    /// Returns the data whose encrypted bytes are at the offsets `from` to `to` of the encrypted stream, as two offsets in
    /// the decrypted stream. `None` if these bytes have none of the data, or if `is_exact` is `false`.
    pub(super) fn data_in(&self, from: u64, to: u64) -> Option<(u64, u64)> {
        let data = self.placed_records().into_iter().filter_map(|(record, data_from, _)| {
            let (begins, ends) = record.data?;
            let (begin, end) = (begins.max(from), ends.min(to));
            (begin < end).then(|| (data_from + (begin - begins), data_from + (end - begins)))
        });
        data.reduce(|(from, _), (_, to)| (from, to))
    }

    /// Returns `true` if the encrypted bytes at the offsets `from` to `to` have a part of the records.
    pub(super) fn touches(&self, from: u64, to: u64) -> bool {
        self.records.iter().any(|record| record.from < to && from < record.to)
    }
}
