//! The TCP states of both ends while a scenario runs, from the kernels' tables of sockets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use socket_tap::format::Side;
use socket_tap::monotonic_ns;
use socket_trace::sockets::{Filter, Proto, State, table_without_processes};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::wire::lab::Lab;

/// Time between two looks at a table. Shorter states are not seen.
const INTERVAL: Duration = Duration::from_millis(2);

/// A new state of one end of a connection.
#[derive(Clone, Debug, Serialize)]
pub struct StateChange {
    /// Time at which the state was seen. On `CLOCK_MONOTONIC` at first; [`Recorded`](super::Recorded) has the time on its
    /// time line.
    pub at: u64,
    /// End of the connection: `client` or `server`.
    pub side: &'static str,
    /// Address of this end.
    pub local: SocketAddr,
    /// Address of the other end.
    pub peer: SocketAddr,
    /// The state, as netstat names it. `CLOSED` when the kernel has forgotten the connection.
    pub state: &'static str,
}

/// A watch over the tables of both ends.
pub(super) struct States {
    seen: Arc<Mutex<Vec<StateChange>>>,
    tasks: [JoinHandle<()>; 2],
}

impl States {
    /// Begins to watch.
    pub(super) fn watch(lab: &Lab) -> Self {
        let seen = Arc::default();
        let watch = |side| watch(side, Arc::clone(&seen));
        let tasks = [lab.client().spawn(watch(Side::Client)), lab.server().spawn(watch(Side::Server))];
        Self { seen, tasks }
    }

    /// Stops watching. Returns the changes in the order of time.
    pub(super) fn stop(self) -> Vec<StateChange> {
        self.tasks.iter().for_each(JoinHandle::abort);
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        seen.sort_by_key(|change| change.at);
        seen
    }
}

/// Adds the changes of the calling thread's network to `seen`, until the table cannot be read.
async fn watch(side: Side, seen: Arc<Mutex<Vec<StateChange>>>) {
    let mut known: HashMap<(SocketAddr, SocketAddr), State> = HashMap::new();
    loop {
        let at = monotonic_ns();
        let Ok(rows) = table_without_processes(&Filter::default()) else { return };
        let now: HashMap<_, _> = rows
            .into_iter()
            .filter(|row| matches!(row.proto, Proto::Tcp | Proto::Tcp6))
            .filter_map(|row| {
                Some(((row.local, row.foreign), row.state.filter(|state| *state != State::Listen)?))
            })
            .collect();
        let change = |(local, peer): (SocketAddr, SocketAddr), state| StateChange {
            at,
            side: side.name(),
            local,
            peer,
            state,
        };
        let gone = known.keys().filter(|ends| !now.contains_key(*ends)).map(|ends| change(*ends, "CLOSED"));
        let new = now.iter().filter(|(ends, state)| known.get(*ends) != Some(*state));
        let new = new.map(|(ends, state)| change(*ends, state.name()));
        seen.lock().unwrap_or_else(PoisonError::into_inner).extend(gone.chain(new));
        known = now;
        sleep(INTERVAL).await;
    }
}
