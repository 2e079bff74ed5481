//! The TCP states of both ends while a scenario runs, from the kernels' tables of sockets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use socket_tap::format::Side;
use socket_tap::monotonic_ns;
use socket_trace::sockets::{State, tcp_v4_table};

use crate::wire::lab::Lab;

/// Minimum time between two looks at a table.
const MIN_PAUSE: Duration = Duration::from_millis(2);

/// A new state of one end of a connection.
#[derive(Clone, Debug, Serialize)]
pub struct StateChange {
    /// Time at which the state was seen; it began earlier. On `CLOCK_MONOTONIC` at first, and on the time line of the
    /// result when the recordings are read.
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
    watch: Watch,
    /// Disconnected when both threads have ended.
    threads: Receiver<()>,
}

/// What a thread and the watch share.
#[derive(Clone, Default)]
struct Watch {
    seen: Arc<Mutex<Vec<StateChange>>>,
    is_over: Arc<AtomicBool>,
}

impl States {
    /// Begins to watch. A look at a table takes some milliseconds, so each side has a thread for it. A thread is in the
    /// network of the thread that starts it.
    pub(super) fn watch(lab: &Lab) -> Self {
        let watch = Watch::default();
        let (is_running, threads) = mpsc::channel();
        for (network, side) in [(lab.client(), Side::Client), (lab.server(), Side::Server)] {
            let (watch, is_running) = (watch.clone(), is_running.clone());
            let look = move || {
                watch.look(side);
                drop(is_running);
            };
            // `threads` tells when the thread has ended, so its handle is not needed.
            drop(network.spawn(async move { thread::spawn(look) }));
        }
        Self { watch, threads }
    }

    /// Looks once more and stops watching, so the changes end with the present states. Returns them in the order of
    /// time.
    pub(super) fn stop(self) -> Vec<StateChange> {
        self.watch.is_over.store(true, Ordering::Release);
        // Nothing is ever sent: this returns when both threads have ended.
        let _ = self.threads.recv();
        let mut seen = std::mem::take(&mut *self.watch.seen.lock().unwrap_or_else(PoisonError::into_inner));
        seen.sort_by_key(|change| change.at);
        seen
    }
}

impl Watch {
    /// Adds the changes of the calling thread's network, until the watch is over or the table cannot be read.
    fn look(&self, side: Side) {
        let mut known = HashMap::new();
        loop {
            // Before the look: the last one begins after the end of the watch.
            let is_last = self.is_over.load(Ordering::Acquire);
            let began = Instant::now();
            let Some(now) = connections() else { return };
            let at = monotonic_ns();
            let changes = changes(&known, &now).map(|((local, peer), state)| StateChange {
                at,
                side: side.name(),
                local,
                peer,
                state,
            });
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(changes);
            if is_last {
                return;
            }
            known = now;
            // Takes at most half of a processor.
            thread::sleep(began.elapsed().max(MIN_PAUSE));
        }
    }
}

/// The state of each connection, by its local and its peer's address.
type Connections = HashMap<(SocketAddr, SocketAddr), State>;

/// Returns the connections of the calling thread's network. `None` if the table cannot be read.
fn connections() -> Option<Connections> {
    let rows = tcp_v4_table().ok()?.into_iter();
    let connected = rows.filter_map(|row| {
        let state = row.state.filter(|state| *state != State::Listen)?;
        Some(((row.local, row.foreign), state))
    });
    Some(connected.collect())
}

/// Returns the connections whose state has changed, each with its new state.
fn changes(
    before: &Connections,
    now: &Connections,
) -> impl Iterator<Item = ((SocketAddr, SocketAddr), &'static str)> {
    let gone = before.keys().filter(|ends| !now.contains_key(*ends)).map(|ends| (*ends, "CLOSED"));
    let new = now.iter().filter(|(ends, state)| before.get(*ends) != Some(*state));
    gone.chain(new.map(|(ends, state)| (*ends, state.name())))
}
