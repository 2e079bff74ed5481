//! Connection state that a protocol reader uses.

use super::contracts::Contracts;
use super::open_calls::OpenCalls;
use super::part_collector::PartCollector;

/// Connection state that a protocol reader uses while it reads the bytes of one read or write.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) output: &'a mut PartCollector,
    pub(super) calls: &'a mut OpenCalls,
    pub(super) contracts: &'a Contracts,
    /// Time at which the read returned, or at which the write was called.
    pub(super) t: u64,
    /// `true` if the opposite direction can no longer be dissected.
    pub(super) opposite_lost: bool,
}
