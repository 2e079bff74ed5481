//! State of a connection that every protocol reader uses.

use super::contracts::Contracts;
use super::open_calls::OpenCalls;
use super::part_collector::PartCollector;

/// State of a connection that every protocol reader uses: the output, the open calls and the contracts.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) output: &'a mut PartCollector,
    pub(super) calls: &'a mut OpenCalls,
    pub(super) contracts: &'a Contracts,
    /// Time of the current read or write, in nanoseconds since the recording began: when the read returned,
    /// or when the write was called.
    pub(super) t: u64,
    /// `true` if the direction opposite to that of the current read or write can no longer be dissected.
    pub(super) opposite_lost: bool,
}
