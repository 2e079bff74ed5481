//! Streams of the trace that have no file descriptor, such as TLS streams.

use std::collections::{BTreeMap, BTreeSet};

use socket_tap::event::{Event, Op, SockId};

/// Streams without a file descriptor. The kernel does not see them, or sees their bytes as calls on another
/// socket.
#[derive(Debug, Default)]
pub(in crate::verify) struct Wrapped {
    /// Open streams without a file descriptor. The value is `true` if the stream is layered on a recorded
    /// socket, as TLS is on TCP.
    open: BTreeMap<SockId, bool>,
    /// Open sockets with a file descriptor.
    sockets: BTreeSet<SockId>,
    /// Number of streams without a file descriptor that are layered on a recorded socket, as TLS is on TCP.
    pub(in crate::verify) above: u64,
    /// Number of streams without a file descriptor that are not layered on a recorded socket.
    pub(in crate::verify) alone: u64,
}

impl Wrapped {
    /// Processes an event. Returns `true` if it belongs to a stream without a file descriptor.
    pub(super) fn observe(&mut self, event: &Event, sock: SockId) -> bool {
        match &event.op {
            Op::Adopt { fd: None, on, .. } => {
                let below = |sock: &SockId| self.sockets.contains(sock) || self.open.get(sock) == Some(&true);
                let above = on.as_ref().is_some_and(below);
                *(if above { &mut self.above } else { &mut self.alone }) += 1;
                self.open.insert(sock, above);
                true
            }
            Op::Socket { .. } | Op::Adopt { .. } | Op::Accept { .. } if event.error.is_none() => {
                self.sockets.insert(sock);
                false
            }
            Op::Close(_) | Op::Release(_) => {
                self.sockets.remove(&sock);
                self.open.remove(&sock).is_some()
            }
            _ => self.open.contains_key(&sock),
        }
    }
}
