//! The trait that every rule implements, and its inputs.

use serde::Serialize;
use socket_tap::event::Event;

use super::finding::Finding;
use super::socket::{Socket, Sockets};

/// A check for one kind of problem in a recording.
pub trait Rule {
    /// Returns the rule's description.
    fn info(&self) -> &'static RuleInfo;

    /// Processes one event. Called with every event, in order.
    fn observe(&mut self, seen: &ObservedEvent<'_>);

    /// Returns the findings. Called once, after the last event.
    fn finish(&mut self, end: &EndState<'_>) -> Vec<Finding>;
}

/// Description of a rule.
#[derive(Debug, Serialize)]
pub struct RuleInfo {
    /// Name for `--only`, `--skip` and `--explain`.
    pub name: &'static str,
    /// The problem in one line.
    pub title: &'static str,
    /// Conditions under which the rule reports the problem, and those under which it does not.
    pub when: &'static str,
    /// Explanation of the problem.
    pub cause: &'static str,
    /// Ways to fix it.
    pub cure: &'static str,
    /// Requirement on the completeness of the recording.
    #[serde(skip)]
    pub requires: Requirement,
}

/// The completeness that a rule requires of a recording before it reports anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The recording may be incomplete: the quoted events alone prove a finding.
    Nothing,
    /// No event is missing between the first and the last.
    EveryEvent,
    /// No event is missing, and the recording's end is present. Needed to claim that a call never happened.
    RecordingEnd,
}

/// An event with the state of its socket.
#[derive(Debug)]
pub struct ObservedEvent<'a> {
    /// The event.
    pub event: &'a Event,
    /// Line number in the trace, starting at 1.
    pub line: u64,
    /// State of its socket after the event; `None` if the event belongs to no socket.
    pub socket: Option<&'a Socket>,
}

impl<'a> ObservedEvent<'a> {
    /// Returns the socket if it is a TCP connection, not a listener, a layered stream or a Unix-domain socket.
    #[must_use]
    pub fn tcp_connection(&self) -> Option<&'a Socket> {
        self.socket.filter(|socket| socket.tcp && socket.is_connection())
    }

    /// Returns `true` if the operation succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.event.error.is_none()
    }
}

/// State after the last event.
#[derive(Debug)]
pub struct EndState<'a> {
    /// The sockets still open.
    pub sockets: &'a Sockets,
    /// Time of the last event, in nanoseconds since the recording began.
    pub now: u64,
}
