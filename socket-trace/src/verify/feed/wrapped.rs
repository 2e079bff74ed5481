//! Streams of the trace that have no file descriptor.

use std::collections::{BTreeMap, BTreeSet};

use socket_tap::event::{Event, Op, SockId};

/// Streams without a file descriptor: the kernel does not see them, or sees them as other calls.
#[derive(Debug, Default)]
pub(in crate::verify) struct Wrapped {
    /// Those that are open, and whether each is above a socket.
    open: BTreeMap<SockId, bool>,
    /// Sockets that are open and have a file descriptor.
    sockets: BTreeSet<SockId>,
    /// How many were above a socket.
    pub(in crate::verify) above: u64,
    /// How many were not.
    pub(in crate::verify) alone: u64,
}

impl Wrapped {
    /// Takes an event in, and says whether it is of such a stream.
    pub(super) fn has(&mut self, event: &Event, sock: SockId) -> bool {
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
