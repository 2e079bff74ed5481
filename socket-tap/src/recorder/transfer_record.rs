//! The compact form in which a shard, a buffer of the recording threads, stores one read, write or datagram.

use super::datagram_info::DatagramInfo;
use super::lifecycle_event::LifecycleEvent;
use super::record::{Direction, DrainedTransfer, Record, Timed};
use crate::event::SockId;

/// The compact form in which a [`Shard`](super::shard::Shard) stores a successful read, write or datagram. It
/// has 32 bytes, because the buffers hold tens of thousands of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransferRecord {
    pub(super) raw: u64,
    pub(super) sock: SockId,
    pub(super) bytes: u64,
    /// Number of bytes in the shard's payload buffer that belong to this record.
    pub(super) captured: u32,
    /// Number of buffers of a vectored write. 0 for a plain read or write.
    pub(super) slices: u16,
    pub(super) kind: Kind,
    /// `true` if payload was captured, even if it is empty. An `Option` for `captured` would enlarge the
    /// record from 32 to 40 bytes.
    pub(super) has_payload: bool,
}

/// The direction of a [`TransferRecord`], and whether it is a datagram. Two fields for these would enlarge
/// the record from 32 to 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    /// A received datagram. The shard's `datagrams` contain its peer, and whether it was truncated.
    Received,
    /// A sent datagram. The shard's `datagrams` contain its peer.
    Sent,
}

impl TransferRecord {
    /// Converts the record to a [`Record`], the form that the drain thread uses. `at` is the index in
    /// `payload` at which the captured bytes begin; this method advances it to the end of these bytes.
    #[inline]
    pub(super) fn record(
        &self,
        at: &mut usize,
        datagrams: &mut impl Iterator<Item = DatagramInfo>,
        payload: &[u8],
    ) -> Timed<Record> {
        let Self { raw, sock, bytes, captured, slices, kind, has_payload } = *self;
        let transfer =
            DrainedTransfer { bytes, at: *at, captured, slices, direction: kind.direction(), has_payload };
        *at += captured as usize;
        let info = if kind.is_datagram() { datagrams.next() } else { None };
        let record = match info {
            None => Record::Transfer(transfer),
            Some(info) => {
                let data = transfer.payload(payload).map(Into::into);
                Record::Lifecycle(LifecycleEvent::new(info.into_op(transfer.direction, bytes, data), None))
            }
        };
        Timed { raw, sock: Some(sock), record }
    }
}

impl Kind {
    pub(super) fn direction(self) -> Direction {
        match self {
            Self::Read | Self::Received => Direction::Read,
            Self::Write | Self::Sent => Direction::Write,
        }
    }

    fn is_datagram(self) -> bool {
        matches!(self, Self::Received | Self::Sent)
    }
}

// Two records fit into a cache line.
const _: () = assert!(size_of::<TransferRecord>() == 32);
