//! What a rule is, and what it is told.

use serde::Serialize;
use socket_tap::event::Event;

use super::finding::Finding;
use super::socket::{Socket, Sockets};

/// Looks for one thing in a recording.
pub trait Rule {
    /// What it looks for, and what to do about it.
    fn about(&self) -> &'static About;

    /// Takes in one event. Called with every event, in order.
    fn observe(&mut self, seen: &Seen<'_>);

    /// What it has found. Called once, after the last event.
    fn finish(&mut self, end: &AtEnd<'_>) -> Vec<Finding>;
}

/// What a rule says of itself.
#[derive(Debug, Serialize)]
pub struct About {
    /// Its name, by which it is asked for or left out.
    pub name: &'static str,
    /// What it finds, in one line.
    pub title: &'static str,
    /// When it speaks, and when it keeps silent though there may be something.
    pub when: &'static str,
    /// Why what it finds is a trouble.
    pub cause: &'static str,
    /// What to do.
    pub cure: &'static str,
    /// What it needs of a recording.
    #[serde(skip)]
    pub needs: Needs,
}

/// What a rule needs of a recording, to claim what it finds there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the events that it shows are proof enough.
    Nothing,
    /// That no event is missing between the first and the last.
    EveryEvent,
    /// That, and the recording's end: what was not done until then never was.
    TheEnd,
}

/// One event, and what is known of its socket.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its line in the trace, from 1.
    pub line: u64,
    /// Its socket after it; `None` when it belongs to none.
    pub socket: Option<&'a Socket>,
}

impl<'a> Seen<'a> {
    /// The socket, when it is a TCP connection: no listener, no stream above another, none of the Unix domain.
    #[must_use]
    pub fn tcp_connection(&self) -> Option<&'a Socket> {
        self.socket.filter(|socket| socket.tcp && socket.is_connection())
    }

    /// Whether the operation succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.event.error.is_none()
    }
}

/// How things stand when there are no more events.
#[derive(Debug)]
pub struct AtEnd<'a> {
    /// The sockets that are open.
    pub sockets: &'a Sockets,
    /// When the last event was, in nanoseconds since the recording began.
    pub now: u64,
}
