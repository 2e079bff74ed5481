//! The interfaces of a pcapng file, each with a link type and a clock.

use super::options::options;
use crate::capture_file::byte_order::ByteOrder;

const SECOND: u128 = 1_000_000_000;

/// An interface description block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) link: u16,
    /// Maximum number of bytes that are captured of a frame. 0 for no limit.
    pub(super) snap_length: usize,
    pub(super) clock: Clock,
    /// Number of dropped packets, from the packets after them.
    pub(super) dropped_before_packets: u64,
    /// Number of dropped packets, from the statistics of the interface.
    pub(super) dropped_in_statistics: u64,
}

impl Interface {
    /// Returns the number of dropped packets. Both sources count the same packets.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped_before_packets.max(self.dropped_in_statistics)
    }
}

/// The clock of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    resolution: Resolution,
    /// Number of seconds to add to each time.
    offset: i64,
}

/// The unit of timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    /// A negative power of 10, in seconds.
    Decimal(u8),
    /// A negative power of 2, in seconds.
    Binary(u8),
}

impl Clock {
    /// Converts a timestamp to nanoseconds since 1970. `None` if the time is before 1970, or after 2554.
    pub(super) fn nanoseconds(self, ticks: u64) -> Option<u64> {
        let ns = u128::from(ticks) * SECOND;
        let ns = match self.resolution {
            Resolution::Decimal(exponent) => {
                10_u128.checked_pow(exponent.into()).map_or(0, |units| ns / units)
            }
            Resolution::Binary(exponent) => ns >> exponent.min(127),
        };
        let offset = i128::from(self.offset) * SECOND.cast_signed();
        u64::try_from(ns.cast_signed().checked_add(offset)?).ok()
    }
}

/// Reads an interface description block. Times are in microseconds if it does not say otherwise.
pub(super) fn interface(order: ByteOrder, body: &[u8]) -> Interface {
    const RESOLUTION: u16 = 9;
    const OFFSET: u16 = 14;
    let mut clock = Clock { resolution: Resolution::Decimal(6), offset: 0 };
    for (code, value) in options(order, body.get(8..).unwrap_or_default()) {
        match (code, value) {
            (RESOLUTION, [unit, ..]) => {
                let exponent = unit & 0x7f;
                clock.resolution = match unit & 0x80 {
                    0 => Resolution::Decimal(exponent),
                    _ => Resolution::Binary(exponent),
                };
            }
            (OFFSET, value) => clock.offset = order.u64(value, 0).map_or(0, u64::cast_signed),
            _ => {}
        }
    }
    Interface {
        link: order.u16(body, 0).unwrap_or_default(),
        snap_length: order.u32(body, 4).and_then(|length| usize::try_from(length).ok()).unwrap_or(0),
        clock,
        dropped_before_packets: 0,
        dropped_in_statistics: 0,
    }
}
