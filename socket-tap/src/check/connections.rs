//! Checks that hold for each connection.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Way, moved};
use crate::close::{Close, EndedBy};
use crate::event::{Event, Op, SockId};

impl Check {
    /// So many connections were accepted or made.
    ///
    /// # Panics
    /// When there are more or fewer.
    #[track_caller]
    pub fn connections(&self, expected: usize) -> &Self {
        self.count(expected, "connection", opens)
    }

    /// Each connection was closed, and not before our side had finished sending by a shutdown, unless it broke.
    ///
    /// A connection is half open from the moment that one side has finished and the other has not. A close without a
    /// shutdown may become a reset, and take with it what was on its way.
    ///
    /// # Panics
    /// When one was left open, or closed without a shutdown.
    #[track_caller]
    pub fn all_closed_gracefully(&self) -> &Self {
        self.all_closed();
        let shut: BTreeSet<Option<SockId>> = self.sockets(|event| matches!(event.op, Op::Shutdown)).collect();
        let broke = |close: &Close| matches!(close.ended_by, Some(EndedBy::Reset | EndedBy::Error));
        self.never("each connection is expected to be shut down before it is closed", |event| {
            matches!(&event.op, Op::Close(close) if close.ended_by.is_some() && !broke(close))
                && !shut.contains(&event.sock)
        })
    }

    /// Each connection was closed.
    ///
    /// # Panics
    /// When one was left open.
    #[track_caller]
    pub fn all_closed(&self) -> &Self {
        let closed: BTreeSet<Option<SockId>> =
            self.sockets(|event| matches!(event.op, Op::Close(_))).collect();
        self.never("each connection is expected to be closed", |event| {
            opens(event) && !closed.contains(&event.sock)
        })
    }

    /// On each connection, the other side spoke first: nothing was written before something was read. HTTP/1.1 servers
    /// do so.
    ///
    /// # Panics
    /// When one wrote first.
    #[track_caller]
    pub fn first_write_after_first_read(&self) -> &Self {
        self.spoke_first(Way::In, "the first write is expected after the first read")
    }

    /// On each connection, our side spoke first: nothing was read before something was written. HTTP/2 servers, and
    /// clients, do so.
    ///
    /// # Panics
    /// When one read first.
    #[track_caller]
    pub fn first_read_after_first_write(&self) -> &Self {
        self.spoke_first(Way::Out, "the first read is expected after the first write")
    }

    /// Each connection was ended that way.
    ///
    /// # Panics
    /// When one was ended another way.
    #[track_caller]
    pub fn ended_by(&self, expected: EndedBy) -> &Self {
        let name = format!("{expected:?}").to_lowercase();
        self.never(
            &format!("each connection is expected to be ended by: {name}"),
            |event| matches!(&event.op, Op::Close(close) if close.ended_by.is_some_and(|by| by != expected)),
        )
    }

    /// Small writes go out at once on each connection: it has `TCP_NODELAY`.
    ///
    /// # Panics
    /// When one has not.
    #[track_caller]
    pub fn nodelay(&self) -> &Self {
        let set: BTreeSet<Option<SockId>> = self
            .sockets(|event| {
                event.error.is_none()
                    && matches!(&event.op, Op::Option { name, value } if name == "TCP_NODELAY" && *value != 0)
            })
            .collect();
        self.never("TCP_NODELAY is expected on each connection", |event| {
            opens(event) && !set.contains(&event.sock)
        })
    }

    #[track_caller]
    fn spoke_first(&self, expected: Way, expectation: &str) -> &Self {
        // The time tells an event from the others of its socket: the first is the one that counts.
        let mut firsts: BTreeMap<Option<SockId>, (Way, u64)> = BTreeMap::new();
        for event in &self.events {
            if let Some((way, _)) = moved(event) {
                firsts.entry(event.sock).or_insert((way, event.t));
            }
        }
        self.never(expectation, |event| {
            moved(event).is_some_and(|(way, _)| way != expected && firsts[&event.sock] == (way, event.t))
        })
    }

    /// The sockets of such events.
    fn sockets(&self, such: impl Fn(&Event) -> bool) -> impl Iterator<Item = Option<SockId>> {
        self.events.iter().filter(move |event| such(event)).map(|event| event.sock)
    }
}

/// Whether a connection begins with it.
fn opens(event: &Event) -> bool {
    event.error.is_none() && matches!(event.op, Op::Accept { .. } | Op::Connect { .. })
}
