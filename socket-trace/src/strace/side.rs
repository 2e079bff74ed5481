//! Finds out whether a program is a server or a client, from its first events.

use socket_tap::event::{Event, Op, SocketKind};
use socket_tap::format::Side;

/// Time in nanoseconds after its first `connect` in which a program may turn out to be a server, which connects to a
/// database before it listens.
const WAIT_FOR_LISTEN: u64 = 1_000_000_000;

/// Maximum number of events after which the side is decided.
const MAX_EVENTS: usize = 4096;

/// A side that is not decided yet.
#[derive(Debug, Default)]
pub(super) struct Undecided {
    events: usize,
    /// Time of the first `connect`.
    connected: Option<u64>,
}

impl Undecided {
    /// Processes an event. Returns the side once it is decided: a program that listens or accepts is a server.
    pub(super) fn observe(&mut self, event: &Event) -> Option<Side> {
        self.events += 1;
        let accepts = match &event.op {
            Op::Listen { .. } | Op::Accept { .. } => true,
            Op::Adopt { kind, .. } => *kind == SocketKind::Listener,
            _ => false,
        };
        if accepts {
            return Some(Side::Server);
        }
        if matches!(event.op, Op::Connect { .. }) && event.error.is_none() {
            self.connected.get_or_insert(event.t);
        }
        (self.is_late(event.t) || self.events >= MAX_EVENTS).then_some(Side::Client)
    }

    /// Returns `true` if the program has connected, so that its side is decided after some time.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn has_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Returns `true` if the program has connected, and has not turned out to be a server until the time `now`.
    pub(super) fn is_late(&self, now: u64) -> bool {
        self.connected.is_some_and(|connected| now > connected.saturating_add(WAIT_FOR_LISTEN))
    }
}
