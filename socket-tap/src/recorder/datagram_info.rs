//! What a datagram has and a piece of a stream has not.

use std::net::SocketAddr;

use super::record::Direction;
use crate::event::{Datagram, Op};

/// Beside the transfers, so that those of streams stay short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatagramInfo {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) truncation: Truncation,
}

/// Whether a datagram was longer than the buffer that it was received into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "other systems do not tell"))]
pub(crate) enum Truncation {
    None,
    /// By how much, the system does not say.
    UnknownLength,
    /// It was this long.
    From(u32),
}

impl DatagramInfo {
    /// The operation that the datagram in it went with.
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
