//! The capacity of the recorder's buffers, and its division among the shards.

use std::num::NonZeroUsize;

use super::shard::{self, ShardCapacity};
use super::sync::thread;

/// Maximum number of [shards](Shard), which are the buffers of the recording threads. It is a power of two.
/// More shards than recording threads would be of no use.
const MAX_SHARDS: usize = 16;

/// Minimum number of lifecycle events (all events except reads, writes and datagrams) that a shard can hold,
/// even if its buffer for reads and writes is small. It suffices for about 200 connections from accept to
/// close.
pub(super) const MIN_LIFECYCLE_EVENTS: usize = 1024;

/// The capacity of the recorder's buffers, summed over all [shards](Shard).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Maximum number of payload bytes to capture of each read, write or datagram. 0 captures none.
    pub(crate) capture: usize,
    /// Number of reads, writes and datagrams that the buffers can hold. They can also hold at least as many
    /// lifecycle events.
    pub(crate) events: usize,
    /// Number of payload bytes that the buffers can hold.
    pub(crate) payload: usize,
}

impl Capacity {
    /// Returns `true` if buffers of this capacity fit into the address space.
    pub(crate) fn is_possible(self) -> bool {
        shard::can_hold(self.events.max(MIN_LIFECYCLE_EVENTS), self.payload)
    }

    /// Returns the number of shards and the capacity of each.
    pub(super) fn shards(self) -> (usize, ShardCapacity) {
        let Self { capture, events, payload } = self;
        let count = shard_count(self);
        let capacity = ShardCapacity {
            transfers: (events / count).max(1),
            lifecycle_events: (events / count).max(MIN_LIFECYCLE_EVENTS),
            payload: if capture == 0 { 0 } else { payload / count },
        };
        (count, capacity)
    }
}

/// Returns the number of [shards](Shard) into which buffers of this capacity are divided. It is a power of
/// two, so that selecting a shard needs no division, which would cost as much as reading the clock. If the
/// payload of one read or write would not fit into a shard, there are fewer and larger shards.
fn shard_count(Capacity { capture, payload, .. }: Capacity) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut count = threads.next_power_of_two().min(MAX_SHARDS);
    while count > 1 && payload / count < capture {
        count /= 2;
    }
    count
}
