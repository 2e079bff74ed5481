//! The calls of a trace, grouped by socket.
//!
//! The trace is read until it has the next call of the requested socket. Calls of other sockets are queued.
//! The queues stay short while the trace is exact, since log and trace are read up to the same time. Only
//! calls that the log lacks stay queued until the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use socket_tap::event::{Op, SockId};

use super::adoption::Adoptions;
use super::call::{Call, CallKind, LocatedCall};
use crate::reader::{Ending, Error, Trace};
use origin::{Found, Origin};
use wrapped::Wrapped;

mod claims;
mod origin;
mod wrapped;

/// Maximum number of calls of one socket in the trace that are searched for a call of the log. The call need
/// not be the next one, because several threads may make calls at the same time.
const MAX_OVERLAPPING: usize = 4096;

#[derive(Debug)]
pub(super) struct TraceCalls {
    trace: Trace,
    waiting: BTreeMap<SockId, VecDeque<LocatedCall>>,
    /// Sockets of the trace that have not been found in the log yet, with the event that began each: its
    /// creation or its accept.
    unclaimed: Vec<(SockId, Origin)>,
    pub(super) adoptions: Adoptions,
    /// Sockets of the trace that were matched to the log by their first call, by file descriptor. A socket is
    /// removed once all of its calls have matched.
    found: HashMap<i32, Vec<Found>>,
    /// Socket number and file descriptor of each socket of the trace to which several sockets of the log can
    /// be matched.
    pub(super) ambiguous: BTreeSet<(SockId, i32)>,
    /// Open sockets whose remaining calls are not compared.
    forgotten: HashSet<SockId>,
    pub(super) wrapped: Wrapped,
    /// Number of failed calls in the trace that made no system call, for example because a path was too long.
    pub(super) own_failures: u64,
    ended: bool,
}

/// A call in the trace that the log lacks.
#[derive(Debug)]
pub(super) struct UnmatchedCall {
    pub(super) sock: SockId,
    /// Listener that accepted the socket; `None` if the socket was not accepted, or was matched to the log.
    pub(super) on: Option<SockId>,
    pub(super) at: LocatedCall,
}

impl TraceCalls {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            waiting: BTreeMap::new(),
            unclaimed: Vec::new(),
            adoptions: Adoptions::default(),
            found: HashMap::new(),
            ambiguous: BTreeSet::new(),
            forgotten: HashSet::new(),
            wrapped: Wrapped::default(),
            own_failures: 0,
            ended: false,
        }
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Returns how the trace ends; `None` if it has not been read to its end.
    pub(super) fn ending(&self) -> Option<&Ending> {
        self.ended.then(|| self.trace.ending())
    }

    /// Returns the next call of a socket without removing it; `None` if the trace has no further call of the
    /// socket.
    pub(super) fn peek(&mut self, sock: SockId) -> Result<Option<&LocatedCall>, Error> {
        while self.waiting.get(&sock).is_none_or(VecDeque::is_empty) {
            if !self.read()? {
                return Ok(None);
            }
        }
        Ok(self.waiting.get(&sock).and_then(VecDeque::front))
    }

    /// Returns `true` if the next calls of the socket in the trace contain `call`, a call of the log, and
    /// `call` may have been concurrent with all calls before it there. Earlier calls that equal one in `held`
    /// are skipped: `held` are the calls of the log that are not compared yet.
    pub(super) fn has_soon(&mut self, sock: SockId, call: &Call, mut held: Vec<Call>) -> Result<bool, Error> {
        for ahead in 0..MAX_OVERLAPPING {
            while self.waiting.get(&sock).is_none_or(|calls| calls.len() <= ahead) {
                if !self.read()? {
                    return Ok(false);
                }
            }
            let Some(recorded) = self.waiting.get(&sock).and_then(|calls| calls.get(ahead)) else { break };
            // The first call was compared already: it differs, or comes too early.
            if ahead > 0 && call.matches_recorded(&recorded.call) {
                return Ok(true);
            }
            if let Some(at) = held.iter().position(|held| held.matches_recorded(&recorded.call)) {
                held.remove(at);
            } else if !call.may_overlap(&recorded.call) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Removes and returns the next call of a socket, if it has been read from the trace.
    pub(super) fn take(&mut self, sock: SockId) -> Option<LocatedCall> {
        self.waiting.get_mut(&sock)?.pop_front()
    }

    /// Discards the calls of a socket that is closed, or whose remaining calls are not compared.
    pub(super) fn forget(&mut self, sock: SockId, closed: bool) {
        if closed {
            // Calls after the close would be wrong, and must be reported.
            if self.waiting.get(&sock).is_some_and(VecDeque::is_empty) {
                self.waiting.remove(&sock);
            }
            return;
        }
        self.waiting.remove(&sock);
        self.forgotten.insert(sock);
    }

    /// Returns `true` if the events read so far contain a close of the socket that has not been matched to
    /// the log.
    pub(super) fn closes(&self, sock: SockId) -> bool {
        self.waiting.get(&sock).is_some_and(|calls| calls.iter().any(|at| at.call.closes()))
    }

    /// Reads the trace to its end.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        while self.read()? {}
        Ok(())
    }

    /// Returns the first unmatched call of each socket that has one.
    pub(super) fn unmatched(&self) -> Vec<UnmatchedCall> {
        let accepted = self.unclaimed.iter().filter_map(|(sock, origin)| match origin {
            Origin::Accepted { on, .. } => Some((*sock, *on)),
            Origin::Created { .. } => None,
        });
        let on: BTreeMap<SockId, SockId> = accepted.collect();
        let first = |(sock, calls): (&SockId, &VecDeque<LocatedCall>)| {
            Some(UnmatchedCall { sock: *sock, on: on.get(sock).copied(), at: calls.front()?.clone() })
        };
        self.waiting.iter().filter_map(first).collect()
    }

    fn read(&mut self) -> Result<bool, Error> {
        let Some(event) = self.trace.next_event()? else {
            self.ended = true;
            return Ok(false);
        };
        let Some(sock) = event.sock else { return Ok(true) };
        if self.wrapped.observe(&event, sock) {
            return Ok(true);
        }
        if self.forgotten.contains(&sock) {
            if matches!(event.op, Op::Close(_) | Op::Release(_)) {
                self.forgotten.remove(&sock);
            }
            return Ok(true);
        }
        self.adoptions.read(&event);
        let Some(call) = Call::of(&event) else { return Ok(true) };
        if call.never_reached_the_kernel() {
            self.own_failures += 1;
            return Ok(true);
        }
        if call.result.is_ok() {
            let origin = match (&event.op, &call.kind) {
                (Op::Socket { fd, .. }, _) => Some(Origin::Created { fd: *fd }),
                (Op::Accept { on, fd, .. }, CallKind::Accept { peer }) => {
                    Some(Origin::Accepted { on: *on, fd: *fd, peer: peer.clone() })
                }
                _ => None,
            };
            self.unclaimed.extend(origin.map(|origin| (sock, origin)));
        }
        let at = LocatedCall { line: self.trace.line(), time: Some(event.t), call };
        self.waiting.entry(sock).or_default().push_back(at);
        Ok(true)
    }
}
