//! The open sockets of a recording.

use std::collections::BTreeMap;

use super::lock;
use super::sync::{Arc, Mutex};
use crate::event::SockId;
use crate::socket_state::SocketState;

/// Parts with a lock each: connections come and go on every thread.
const PARTS: usize = 16;

#[derive(Debug)]
pub(crate) struct Registry([Mutex<BTreeMap<SockId, Arc<SocketState>>>; PARTS]);

impl Registry {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    fn part(&self, sock: SockId) -> &Mutex<BTreeMap<SockId, Arc<SocketState>>> {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below 16")]
        &self.0[(sock.get() % PARTS as u64) as usize]
    }

    pub(crate) fn insert(&self, socket: &Arc<SocketState>) {
        lock(self.part(socket.sock())).insert(socket.sock(), Arc::clone(socket));
    }

    /// Forgets a socket that is about to close. While [`each`](Self::each) looks at it, this waits: the descriptor stays
    /// that socket's for so long.
    pub(crate) fn remove(&self, sock: SockId) {
        lock(self.part(sock)).remove(&sock);
    }

    /// Calls `look` for each open socket, in the order in which they were made.
    pub(crate) fn each<T>(&self, mut look: impl FnMut(&SocketState) -> T) -> Vec<T> {
        let mut seen: Vec<(SockId, T)> = Vec::new();
        for part in &self.0 {
            seen.extend(lock(part).values().map(|socket| (socket.sock(), look(socket))));
        }
        seen.sort_by_key(|(sock, _)| *sock);
        seen.into_iter().map(|(_, what)| what).collect()
    }
}
