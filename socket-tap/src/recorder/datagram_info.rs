//! The peer of a datagram, and whether the datagram was truncated. Reads and writes on streams have no such
//! values.

use std::net::SocketAddr;

use super::record::Direction;
use crate::event::{Datagram, Op};

/// The peer of a datagram, and whether the datagram was truncated. A shard keeps these values in a buffer of
/// their own, so that the records of reads and writes on streams stay small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatagramInfo {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) truncation: Truncation,
}

/// The truncation of a received datagram that was longer than the program's buffer, if any. A sent datagram
/// is never truncated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "Windows does not report truncation"))]
pub(crate) enum Truncation {
    None,
    /// Truncated. The system does not report the full length of the datagram.
    UnknownLength,
    /// Truncated. The datagram had this full length, in bytes.
    From(u32),
}

impl DatagramInfo {
    /// Returns the operation that sent or received this datagram, depending on `direction`.
    pub(crate) fn into_op(self, direction: Direction, bytes: u64, data: Option<Box<[u8]>>) -> Op {
        let length = match self.truncation {
            Truncation::From(length) => Some(u64::from(length)),
            Truncation::UnknownLength | Truncation::None => None,
        };
        let (peer, truncated) = (self.peer.map(Into::into), self.truncation != Truncation::None);
        let datagram = Datagram { bytes, peer, truncated, length, data };
        match direction {
            Direction::Read => Op::RecvFrom(datagram),
            Direction::Write => Op::SendTo(datagram),
        }
    }
}
