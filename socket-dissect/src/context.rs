//! State of a connection that every protocol reader uses.

use super::contracts::Contracts;
use super::decompress::Budget;
use super::detail::ListedFields;
use super::direction::Direction;
use super::http1::HeadCache;
use super::open_calls::OpenCalls;
use super::part_collector::PartCollector;
use super::text::Limit;

/// State of a connection that every protocol reader uses: the direction of the bytes, the output, the open
/// calls and the contracts.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// Direction of the bytes.
    pub(super) direction: Direction,
    pub(super) output: &'a mut PartCollector,
    pub(super) calls: &'a mut OpenCalls,
    pub(super) contracts: &'a Contracts,
    /// Parsed heads of HTTP/1.1, of all connections.
    pub(super) heads: &'a mut HeadCache,
    /// Memory to decompress bodies.
    pub(super) budget: &'a Budget,
    /// Maximum length of the texts of bodies and messages.
    pub(super) limit: Limit,
    /// `true` if the parts list header fields.
    pub(super) header_fields: bool,
    /// The header fields of HTTP/1.1 that are listed.
    pub(super) listed_fields: ListedFields,
    /// `true` if the parts contain the WebSocket messages that end with them.
    pub(super) messages: bool,
    /// Time of the current read or write, in nanoseconds since the recording began: when the read returned,
    /// or when the write was called.
    pub(super) t: u64,
    /// `true` if the direction opposite to that of the current read or write can no longer be dissected.
    pub(super) opposite_lost: bool,
    /// `true` if it cannot because bytes were not recorded.
    pub(super) opposite_unrecorded: bool,
}
