//! The sockets of a recording that are open at the moment.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::sync::{Arc, Mutex, lock};
use crate::event::SockId;
use crate::socket_state::SocketState;

/// Number of maps that hold the open sockets, each map with a lock of its own. Connections open and close on
/// every thread; with several locks, the threads rarely wait for each other.
const STRIPES: usize = 16;

#[derive(Debug)]
pub(crate) struct Registry([Mutex<BTreeMap<SockId, Arc<SocketState>>>; STRIPES]);

impl Registry {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    fn stripe(&self, sock: SockId) -> &Mutex<BTreeMap<SockId, Arc<SocketState>>> {
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is below STRIPES")]
        &self.0[(sock.get() % STRIPES as u64) as usize]
    }

    pub(crate) fn insert(&self, socket: &Arc<SocketState>) {
        lock(self.stripe(socket.sock())).insert(socket.sock(), Arc::clone(socket));
    }

    /// Removes a socket. Called before its file descriptor is closed. Waits while [`map`](Self::map) or
    /// [`for_each`](Self::for_each) uses the socket, so that the descriptor stays valid for them.
    pub(crate) fn remove(&self, sock: SockId) {
        lock(self.stripe(sock)).remove(&sock);
    }

    /// Calls `look` for each open socket. Returns the results in the order in which the sockets were created.
    pub(crate) fn map<T>(&self, mut look: impl FnMut(&SocketState) -> T) -> Vec<T> {
        let mut seen: Vec<(SockId, T)> = Vec::new();
        for part in &self.0 {
            seen.extend(lock(part).values().map(|socket| (socket.sock(), look(socket))));
        }
        seen.sort_by_key(|(sock, _)| *sock);
        seen.into_iter().map(|(_, what)| what).collect()
    }

    /// Calls `look` for each open socket. Holds a lock only for one call of `look` at a time, so that sockets
    /// which open or close meanwhile hardly wait.
    pub(crate) fn for_each(&self, mut look: impl FnMut(&SocketState)) {
        for part in &self.0 {
            let mut after = Bound::Unbounded;
            loop {
                let sockets = lock(part);
                let Some((sock, socket)) = sockets.range((after, Bound::Unbounded)).next() else { break };
                look(socket);
                after = Bound::Excluded(*sock);
            }
        }
    }
}
