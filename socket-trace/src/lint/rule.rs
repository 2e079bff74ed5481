//! The trait that every lint rule implements, and its inputs.

use serde::Serialize;
use socket_dissect::Part;
use socket_tap::event::Event;

use super::finding::Finding;
use super::socket::{Socket, Sockets};
use crate::why::Explanation;

/// A check for one kind of problem in a recording.
pub trait Rule {
    /// Returns the rule's description.
    fn info(&self) -> &'static RuleInfo;

    /// Returns `true` if the rule needs the dissected messages of the recording.
    fn needs_messages(&self) -> bool {
        false
    }

    /// Processes one event. Called with every event, in order.
    fn observe(&mut self, seen: &ObservedEvent<'_>);

    /// Returns the findings of the rule. Called once, after the last event.
    fn finish(&mut self, end: &EndState<'_>) -> Vec<Finding>;
}

/// Description of a lint rule.
#[derive(Debug, Serialize)]
pub struct RuleInfo {
    /// Name of the rule, for `--only`, `--skip` and `--explain`.
    pub name: &'static str,
    /// The problem that the rule finds, in one line.
    pub title: &'static str,
    /// Conditions under which the rule reports the problem, and those under which it does not.
    pub when: &'static str,
    /// Explanation of what causes the problem.
    pub cause: &'static str,
    /// Ways to fix the problem.
    pub cure: &'static str,
    /// Completeness that the rule requires of a recording, such as [`Requirement::EveryEvent`]. On other
    /// recordings, the rule is not checked.
    #[serde(skip)]
    pub requires: Requirement,
}

/// Completeness that a rule requires of a recording. On other recordings, the rule is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The rule is checked on any recording, even if events are missing: the quoted events alone prove a
    /// finding.
    Nothing,
    /// The rule is checked only if no event is missing between the first and the last event of the trace.
    EveryEvent,
    /// The rule is checked only if no event is missing and the recording's end is present, because the rule
    /// concludes that a socket call such as `close` never happened.
    RecordingEnd,
}

/// An event of the trace, and the state of its socket.
#[derive(Debug)]
pub struct ObservedEvent<'a> {
    /// The event of the trace.
    pub event: &'a Event,
    /// Number of the event's line in the trace, from 1.
    pub line: u64,
    /// State of the event's socket after the event. `None` if the event belongs to no socket, or to one beyond
    /// [`MAX_SOCKETS`](super::socket::MAX_SOCKETS).
    pub socket: Option<&'a Socket>,
    /// The dissected parts of the data; empty for a recording without payload.
    pub parts: &'a [Part],
    /// The reason for the connection's end, if the event closes it. `None` for a recording without payload.
    pub ending: Option<&'a Explanation>,
}

impl<'a> ObservedEvent<'a> {
    /// Returns the event's socket if it is a TCP connection: not a listener, a Unix-domain socket, or a
    /// stream that is layered on another one, such as TLS.
    #[must_use]
    pub fn tcp_connection(&self) -> Option<&'a Socket> {
        self.socket.filter(|socket| socket.tcp && socket.is_connection())
    }

    /// Returns `true` if the recorded socket call succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.event.error.is_none()
    }
}

/// State of all sockets after the last event of the trace.
#[derive(Debug)]
pub struct EndState<'a> {
    /// The sockets that are still open.
    pub sockets: &'a Sockets,
    /// Time of the last event, in nanoseconds since the recording began.
    pub now: u64,
}
