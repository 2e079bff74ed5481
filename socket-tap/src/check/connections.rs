//! Checks that apply to every connection of a recording.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Direction, transferred};
use crate::close::{Close, EndedBy};
use crate::event::{Event, Op, SockId};

impl Check {
    /// Expects this number of connections: successful accepts and connects together.
    ///
    /// # Panics
    /// Panics if the number differs.
    #[track_caller]
    pub fn connections(&self, expected: usize) -> &Self {
        self.count(expected, "connection", opens_connection)
    }

    /// Expects that each connection was closed, and that the program shut down its sending half before. A
    /// connection that failed needs no shutdown.
    ///
    /// Without a shutdown, the kernel may reset the connection on close, which destroys data in flight.
    ///
    /// # Panics
    /// Panics if a connection was left open, or if a connection that did not fail was closed without a
    /// shutdown.
    #[track_caller]
    pub fn all_closed_gracefully(&self) -> &Self {
        self.all_closed();
        let shut: BTreeSet<Option<SockId>> = self.sockets(|event| matches!(event.op, Op::Shutdown)).collect();
        let broke = |close: &Close| matches!(close.ended_by, Some(EndedBy::Reset | EndedBy::Error));
        self.never("expected a shutdown before each close", |event| {
            matches!(&event.op, Op::Close(close) if close.ended_by.is_some() && !broke(close))
                && !shut.contains(&event.sock)
        })
    }

    /// Expects that each recorded connection was closed.
    ///
    /// # Panics
    /// Panics if a connection was left open.
    #[track_caller]
    pub fn all_closed(&self) -> &Self {
        let closed: BTreeSet<Option<SockId>> =
            self.sockets(|event| matches!(event.op, Op::Close(_))).collect();
        self.never("expected each connection to be closed", |event| {
            opens_connection(event) && !closed.contains(&event.sock)
        })
    }

    /// Expects that on each connection, the first read comes before the first write. A server that waits for
    /// a request, such as one for HTTP/1.1, reads first.
    ///
    /// # Panics
    /// Panics if the program wrote first on a connection.
    #[track_caller]
    pub fn first_write_after_first_read(&self) -> &Self {
        self.check_first_direction(Direction::Received, "expected the first read before the first write")
    }

    /// Expects that on each connection, the first write comes before the first read. Clients write first, and
    /// so do HTTP/2 servers, which send their settings at once.
    ///
    /// # Panics
    /// Panics if the program read first on a connection.
    #[track_caller]
    pub fn first_read_after_first_write(&self) -> &Self {
        self.check_first_direction(Direction::Sent, "expected the first write before the first read")
    }

    /// Expects that each connection ended in the way `expected`, for example with [`EndedBy::Peer`]: the peer
    /// sent its FIN first.
    ///
    /// # Panics
    /// Panics if a connection ended in another way.
    #[track_caller]
    pub fn ended_by(&self, expected: EndedBy) -> &Self {
        let name = format!("{expected:?}").to_lowercase();
        self.never(
            &format!("expected each connection to be ended by {name}"),
            |event| matches!(&event.op, Op::Close(close) if close.ended_by.is_some_and(|by| by != expected)),
        )
    }

    /// Expects that `TCP_NODELAY` was set on each connection, so that small writes are sent at once.
    ///
    /// # Panics
    /// Panics if the option was not set on a connection.
    #[track_caller]
    pub fn nodelay(&self) -> &Self {
        let set: BTreeSet<Option<SockId>> = self
            .sockets(|event| {
                event.error.is_none()
                    && matches!(&event.op, Op::Option { name, value } if name == "TCP_NODELAY" && *value != 0)
            })
            .collect();
        self.never("expected TCP_NODELAY on each connection", |event| {
            opens_connection(event) && !set.contains(&event.sock)
        })
    }

    #[track_caller]
    fn check_first_direction(&self, expected: Direction, expectation: &str) -> &Self {
        // Direction and time of the first transfer of each socket. The time identifies it, because it is
        // unique within a socket.
        let mut firsts: BTreeMap<Option<SockId>, (Direction, u64)> = BTreeMap::new();
        for event in &self.events {
            if let Some((direction, _)) = transferred(event) {
                firsts.entry(event.sock).or_insert((direction, event.t));
            }
        }
        self.never(expectation, |event| {
            transferred(event).is_some_and(|(direction, _)| {
                direction != expected && firsts[&event.sock] == (direction, event.t)
            })
        })
    }

    /// Returns the sockets of the events for which `such` returns `true`.
    fn sockets(&self, such: impl Fn(&Event) -> bool) -> impl Iterator<Item = Option<SockId>> {
        self.events.iter().filter(move |event| such(event)).map(|event| event.sock)
    }
}

/// Returns `true` if the event is a successful accept or connect.
fn opens_connection(event: &Event) -> bool {
    event.error.is_none() && matches!(event.op, Op::Accept { .. } | Op::Connect { .. })
}
