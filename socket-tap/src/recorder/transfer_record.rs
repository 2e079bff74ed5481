//! The record of one read, write or datagram in a shard.

use super::datagram_info::DatagramInfo;
use super::lifecycle_event::LifecycleEvent;
use super::record::{Direction, DrainedTransfer, Record, Timed};
use crate::event::SockId;

/// One successful read or write, as short as it can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransferRecord {
    pub(super) raw: u64,
    pub(super) sock: SockId,
    pub(super) bytes: u64,
    /// How many bytes of the shard's payload are this record's.
    pub(super) captured: u32,
    /// 0 for a plain read or write.
    pub(super) slices: u16,
    pub(super) kind: Kind,
    /// Whether payload was asked for and had capacity. Beside `captured` and not an `Option` of it: that would take 40 bytes.
    pub(super) has_payload: bool,
}

/// What a transfer is of. One byte, where a direction and a flag would take two, and the transfer 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    /// The shard has an info for it.
    Received,
    /// The shard has an info for it.
    Sent,
}

impl TransferRecord {
    /// The same for the drain thread. `at` is where its payload begins in `payload`, and is transfer on.
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

// Two to a cache line.
const _: () = assert!(size_of::<TransferRecord>() == 32);
