//! The fields of packet blocks.

use super::interface::Interface;
use super::options::options;
use crate::capture_file::byte_order::ByteOrder;

/// The fields of a packet block.
pub(super) struct PacketFields {
    pub(super) interface: usize,
    /// Time in units of the interface. `None` for a simple packet block.
    pub(super) time: Option<u64>,
    /// Position of the frame in the body of the block.
    pub(super) start: usize,
    pub(super) captured: usize,
    pub(super) length: usize,
    /// Number of packets of the interface that were dropped since the one before.
    pub(super) dropped: u64,
}

impl PacketFields {
    /// Reads the fields of an enhanced packet block.
    pub(super) fn of_enhanced(order: ByteOrder, body: &[u8]) -> Option<Self> {
        const DATA: usize = 20;
        const DROP_COUNT: u16 = 4;
        let captured = size(order.u32(body, 12)?);
        let after = DATA.saturating_add(captured.checked_next_multiple_of(4)?);
        let mut options = options(order, body.get(after..).unwrap_or_default());
        let dropped = options.find(|(code, _)| *code == DROP_COUNT);
        Some(Self {
            interface: size(order.u32(body, 0)?),
            time: Some(u64::from(order.u32(body, 4)?) << 32 | u64::from(order.u32(body, 8)?)),
            start: DATA,
            captured,
            length: size(order.u32(body, 16)?),
            dropped: dropped.and_then(|(_, value)| order.u64(value, 0)).unwrap_or(0),
        })
    }

    /// Reads the fields of a packet block of the obsolete kind.
    pub(super) fn of_obsolete(order: ByteOrder, body: &[u8]) -> Option<Self> {
        const UNKNOWN: u16 = u16::MAX;
        let dropped = order.u16(body, 2)?;
        Some(Self {
            interface: order.u16(body, 0)?.into(),
            time: Some(u64::from(order.u32(body, 4)?) << 32 | u64::from(order.u32(body, 8)?)),
            start: 20,
            captured: size(order.u32(body, 12)?),
            length: size(order.u32(body, 16)?),
            dropped: if dropped == UNKNOWN { 0 } else { dropped.into() },
        })
    }

    /// Reads the fields of a simple packet block, whose captured length follows from the snap length of the first interface.
    pub(super) fn of_simple(order: ByteOrder, body: &[u8], first: Option<&Interface>) -> Option<Self> {
        const DATA: usize = 4;
        let length = size(order.u32(body, 0)?);
        let limit = first.map_or(0, |interface| interface.snap_length);
        let captured = if limit == 0 { length } else { length.min(limit) };
        let captured = captured.min(body.len().saturating_sub(DATA));
        Some(Self { interface: 0, time: None, start: DATA, captured, length, dropped: 0 })
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
