//! Sums the bytes, reads, writes and times of API calls. The first call of each connection is counted
//! separately.

use serde::Serialize;
use socket_dissect::{Call, Part, Usage};
use socket_tap::format::Side;

use super::byte_breakdown::ByteBreakdown;
use super::data_transfer::DataTransfer;
use super::median::Median;

/// Totals of several API calls: how many they are, and their reads, writes, bytes and median response time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallTotals {
    /// Number of API calls.
    pub count: u64,
    /// Number of reads that transferred bytes of an API call. A read with bytes of two API calls counts
    /// twice.
    pub reads: u64,
    /// Number of writes that transferred bytes of an API call. A write with bytes of two API calls counts
    /// twice.
    pub writes: u64,
    /// Number of bytes of the API calls, by class and direction.
    #[serde(flatten)]
    pub bytes: ByteBreakdown,
    /// Median time from the first byte of a request to the first byte of its response, in nanoseconds. `None`
    /// if no API call has a response.
    pub first_byte_ns: Option<u64>,
    #[serde(skip)]
    first_byte_samples: Median,
}

impl CallTotals {
    /// Adds an API call that was recorded on the given side of its connection.
    pub(super) fn add(&mut self, call: &Call, side: Side) {
        self.count += 1;
        self.reads += reads(call, side);
        self.writes += writes(call, side);
        self.bytes.to_server.add_all(&call.to_server.bytes);
        self.bytes.to_client.add_all(&call.to_client.bytes);
        self.first_byte_samples.add(first_byte_ns(call));
    }

    /// Adds `overhead`: bytes, reads and writes of the connection that belong to no API call.
    pub(super) fn add_overhead(&mut self, overhead: &ConnectionOverhead) {
        self.reads += overhead.reads;
        self.writes += overhead.writes;
        self.bytes.add_all(&overhead.bytes);
    }

    fn finish(&mut self) {
        self.first_byte_ns = self.first_byte_samples.get();
    }
}

/// Reads, writes and bytes of a connection that belong to none of its API calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ConnectionOverhead {
    /// Number of reads that transferred no bytes of an API call.
    reads: u64,
    /// Number of writes that transferred no bytes of an API call.
    writes: u64,
    bytes: ByteBreakdown,
}

impl ConnectionOverhead {
    /// Adds those dissected parts of a read or write that belong to no API call.
    pub(super) fn add(&mut self, transfer: DataTransfer, parts: &[Part]) {
        self.bytes.direction_of(transfer).add_parts(parts.iter().filter(|part| part.call.is_none()));
        if parts.iter().all(|part| part.call.is_none()) {
            let count = if transfer.is_read { &mut self.reads } else { &mut self.writes };
            *count += 1;
        }
    }
}

/// Sums over the first API call of each connection, and sums over all later API calls. The difference between
/// both is the cost of opening a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallCost {
    /// Sums over the first API call of each connection. They include the reads, writes and bytes that open
    /// and end the connection.
    pub first: CallTotals,
    /// Sums over the later API calls of each connection. They include the reads, writes and bytes between the
    /// calls that belong to no call.
    pub later: CallTotals,
}

impl CallCost {
    /// Returns the number of all API calls, first and later.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.first.count + self.later.count
    }

    /// Returns the bytes of all API calls, first and later.
    #[must_use]
    pub fn bytes(&self) -> ByteBreakdown {
        let mut bytes = self.first.bytes;
        bytes.add_all(&self.later.bytes);
        bytes
    }

    pub(super) fn finish(&mut self) {
        self.first.finish();
        self.later.finish();
    }
}

/// Returns the number of reads on `side` that transferred bytes of the API call.
#[must_use]
pub fn reads(call: &Call, side: Side) -> u64 {
    let Usage { transfers, .. } = match side {
        Side::Server => &call.to_server,
        Side::Client | Side::Wire => &call.to_client,
    };
    *transfers
}

/// Returns the number of writes on `side` that transferred bytes of the API call.
#[must_use]
pub fn writes(call: &Call, side: Side) -> u64 {
    let Usage { transfers, .. } = match side {
        Side::Server => &call.to_client,
        Side::Client | Side::Wire => &call.to_server,
    };
    *transfers
}

/// Returns the time from the first byte of the request to the first byte of the response, in nanoseconds.
#[must_use]
pub fn first_byte_ns(call: &Call) -> Option<u64> {
    call.answered.map(|answered| answered.saturating_sub(call.began))
}
