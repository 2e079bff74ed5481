//! What a protocol reader needs besides the bytes: their direction, the output, the open calls and the contracts.

use super::contracts::Contracts;
use super::direction::Direction;
use super::open_calls::OpenCalls;
use super::part_collector::PartCollector;

/// What a protocol reader needs besides the bytes of a read or write: their direction, and the output, the
/// open calls and the contracts of the connection.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// Direction of the bytes.
    pub(super) direction: Direction,
    pub(super) output: &'a mut PartCollector,
    pub(super) calls: &'a mut OpenCalls,
    pub(super) contracts: &'a Contracts,
    /// Time at which the read returned, or at which the write was called.
    pub(super) t: u64,
    /// `true` if the opposite direction can no longer be dissected.
    pub(super) opposite_lost: bool,
}
