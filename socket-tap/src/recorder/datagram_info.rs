//! Properties that a datagram has in addition to those of a stream's transfer.

use std::net::SocketAddr;

use super::record::Direction;
use crate::event::{Datagram, Op};

/// The peer and the truncation of a datagram. They are stored separately from transfers, so that transfers of streams
/// stay short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatagramInfo {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) truncation: Truncation,
}

/// Truncation of a datagram that was longer than the program's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "other systems do not tell"))]
pub(crate) enum Truncation {
    None,
    /// Truncated; the system does not report the full length.
    UnknownLength,
    /// Truncated from this length.
    From(u32),
}

impl DatagramInfo {
    /// Returns the operation that sent or received the datagram.
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
