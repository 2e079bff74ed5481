//! The part of recordings that is summarized, and the clients that made them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;

use socket_tap::event::{Addr, Event, Op, SockId, SocketKind};
use socket_tap::format::{Clock, Header, Side};

/// Maximum number of connections of recorded clients that are kept for each API.
const MAX_CONNECTIONS: usize = 100_000;

/// The part of several recordings that their summaries count, and the clients whose calls were recorded. By default, the
/// summaries count everything.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    since_ns: Option<u64>,
    /// By name of the recordings, the connections of recorded clients. `None` if some are unknown.
    clients: HashMap<String, Option<Connects>>,
}

/// The connections that recorded clients have opened, and no server has accepted yet.
#[derive(Clone, Debug, Default)]
struct Connects {
    /// By address of the client, the times at which it began to connect, oldest first, in nanoseconds of the monotonic clock.
    began: HashMap<SocketAddr, VecDeque<u64>>,
    count: usize,
}

impl Scope {
    /// Counts only connections that were opened at or after a time of the monotonic clock, in nanoseconds. The calls that
    /// opened the listening sockets count in any case.
    #[must_use]
    pub fn since(monotonic_ns: u64) -> Self {
        Self { since_ns: Some(monotonic_ns), ..Self::default() }
    }

    /// Returns the connections of a recording that are outside of the scope.
    pub(super) fn earlier(&self, header: &Header) -> Earlier {
        let since = self.since_ns.map_or(0, |since| since.saturating_sub(header.monotonic_ns));
        Earlier { since, open: HashSet::new() }
    }

    /// Adds the connection that an event of a client's recording opens.
    pub(super) fn observe_client(&mut self, header: &Header, event: &Event) {
        let (Side::Client, Op::Connect { local, began, .. }, None) = (header.side, &event.op, &event.error)
        else {
            return;
        };
        let is_complete = header.since == 0 && header.clock == Clock::Monotonic;
        let known =
            self.clients.entry(header.name.clone()).or_insert_with(|| is_complete.then(Connects::default));
        match (known.as_mut(), local.as_ref().and_then(address)) {
            (Some(connects), Some(client)) if is_complete && connects.count < MAX_CONNECTIONS => {
                let began = header.monotonic_ns.saturating_add(began.unwrap_or(event.t));
                connects.began.entry(client).or_default().push_back(began);
                connects.count += 1;
            }
            _ => *known = None,
        }
    }

    /// Returns `true` if the event accepts a connection that no recorded client opened, although the clients of this server
    /// were recorded.
    pub(super) fn accepts_unrecorded(&mut self, header: &Header, event: &Event) -> bool {
        let (Op::Accept { peer: Some(peer), .. }, None) = (&event.op, &event.error) else { return false };
        let known = self.clients.get_mut(&header.name).and_then(Option::as_mut);
        let (Some(connects), Some(client)) = (known, address(peer)) else { return false };
        let accepted = header.monotonic_ns.saturating_add(event.t);
        // Another client may use the same port before or after.
        let Some(began) = connects.began.get_mut(&client) else { return true };
        let is_own = began.front().is_some_and(|began| *began <= accepted);
        if is_own {
            began.pop_front();
        }
        !is_own
    }
}

/// Returns the address without the form in which an IPv6 listener reports IPv4 clients.
fn address(address: &Addr) -> Option<SocketAddr> {
    match address {
        Addr::Ip(address) => Some(SocketAddr::new(address.ip().to_canonical(), address.port())),
        _ => None,
    }
}

/// The events of a recording that are outside of the scope: those before its beginning, and those of connections that were
/// opened before it.
#[derive(Debug)]
pub(super) struct Earlier {
    /// The beginning of the scope, in nanoseconds since the recording began.
    since: u64,
    /// The open connections that were opened before the scope.
    open: HashSet<SockId>,
}

impl Earlier {
    /// Returns `true` if the event is before the scope.
    pub(super) fn is_before(&self, event: &Event) -> bool {
        event.t < self.since
    }

    /// Returns `true` if the event belongs to a connection that was opened before the scope.
    pub(super) fn has_connection(&mut self, event: &Event) -> bool {
        let Some(sock) = event.sock else { return false };
        let opens = match &event.op {
            Op::Adopt { on: Some(below), .. } => self.open.contains(below),
            Op::Adopt { kind, .. } if *kind == SocketKind::Listener => false,
            Op::Accept { .. } | Op::Connect { .. } | Op::Adopt { .. } => self.is_before(event),
            Op::Close(_) | Op::Release(_) => return self.open.remove(&sock),
            _ => false,
        };
        if opens {
            self.open.insert(sock);
        }
        opens || self.open.contains(&sock)
    }
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
