//! The trace, socket by socket: its events are in one order, and what is asked for is the next one of some socket.
//!
//! What is read on the way waits. As long as the trace is exact that is little: kernel and trace tell of the same
//! moment. Only what one has and the other lacks makes it wait for the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use socket_tap::event::{Op, SockId};

use super::adoption::Adoptions;
use super::call::{At, Call, What};
use crate::reader::{Ending, Error, Trace};
use origin::{Found, Origin};
use wrapped::Wrapped;

mod claims;
mod origin;
mod wrapped;

/// How many calls on one socket are looked at to find one that another thread made at the same time.
const MOST_OVERLAPPING: usize = 4096;

#[derive(Debug)]
pub(super) struct Feed {
    trace: Trace,
    waiting: BTreeMap<SockId, VecDeque<At>>,
    /// Sockets that no call of the kernel's was found for so far: how each came to be.
    unclaimed: Vec<(SockId, Origin)>,
    pub(super) adoptions: Adoptions,
    /// Sockets that were found in the log by how they were made, and are not known to be exact, by file descriptor.
    found: HashMap<i32, Vec<Found>>,
    /// Those of them that were found twice.
    pub(super) unsure: BTreeSet<(SockId, i32)>,
    /// Sockets that nobody asks for any more.
    forgotten: HashSet<SockId>,
    pub(super) wrapped: Wrapped,
    /// Failures that no system call caused.
    pub(super) own_failures: u64,
    ended: bool,
}

/// A call of the trace's that the kernel does not have.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) sock: SockId,
    /// The socket that it was accepted on.
    pub(super) on: Option<SockId>,
    pub(super) at: At,
}

impl Feed {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            waiting: BTreeMap::new(),
            unclaimed: Vec::new(),
            adoptions: Adoptions::default(),
            found: HashMap::new(),
            unsure: BTreeSet::new(),
            forgotten: HashSet::new(),
            wrapped: Wrapped::default(),
            own_failures: 0,
            ended: false,
        }
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Returns whether the trace is whole; `None` until its end was reached.
    pub(super) fn ending(&self) -> Option<&Ending> {
        self.ended.then(|| self.trace.ending())
    }

    /// The socket's next call, left where it is. `None` when the trace has no more of it.
    pub(super) fn peek(&mut self, sock: SockId) -> Result<Option<&At>, Error> {
        while self.waiting.get(&sock).is_none_or(VecDeque::is_empty) {
            if !self.read()? {
                return Ok(None);
            }
        }
        Ok(self.waiting.get(&sock).and_then(VecDeque::front))
    }

    /// Returns whether one of the socket's next calls is this one, and each before it may have overlapped with it. The
    /// kernel has seen those that are `held` before.
    pub(super) fn has_soon(&mut self, sock: SockId, call: &Call, mut held: Vec<Call>) -> Result<bool, Error> {
        for ahead in 0..MOST_OVERLAPPING {
            while self.waiting.get(&sock).is_none_or(|calls| calls.len() <= ahead) {
                if !self.read()? {
                    return Ok(false);
                }
            }
            let Some(told) = self.waiting.get(&sock).and_then(|calls| calls.get(ahead)) else { break };
            // The first is known to be another one, or to have come too late.
            if ahead > 0 && call.is_told_by(&told.call) {
                return Ok(true);
            }
            if let Some(seen) = held.iter().position(|held| held.is_told_by(&told.call)) {
                held.remove(seen);
            } else if !call.may_overlap(&told.call) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Takes the socket's next call, when it has been read.
    pub(super) fn take(&mut self, sock: SockId) -> Option<At> {
        self.waiting.get_mut(&sock)?.pop_front()
    }

    /// The socket is closed, or of no more interest.
    pub(super) fn forget(&mut self, sock: SockId, closed: bool) {
        if closed {
            // Anything that is told of it later is one call too many, and must be seen.
            if self.waiting.get(&sock).is_some_and(VecDeque::is_empty) {
                self.waiting.remove(&sock);
            }
            return;
        }
        self.waiting.remove(&sock);
        self.forgotten.insert(sock);
    }

    /// Returns whether a close of the socket has been read, and not been taken.
    pub(super) fn closes(&self, sock: SockId) -> bool {
        self.waiting.get(&sock).is_some_and(|calls| calls.iter().any(|at| at.call.closes()))
    }

    /// Reads the trace to its end.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        while self.read()? {}
        Ok(())
    }

    /// What the trace has and nobody has asked for: each socket's first such call.
    pub(super) fn left(&self) -> Vec<Left> {
        let accepted = self.unclaimed.iter().filter_map(|(sock, origin)| match origin {
            Origin::Accepted { on, .. } => Some((*sock, *on)),
            Origin::Made { .. } => None,
        });
        let on: BTreeMap<SockId, SockId> = accepted.collect();
        let first = |(sock, calls): (&SockId, &VecDeque<At>)| {
            Some(Left { sock: *sock, on: on.get(sock).copied(), at: calls.front()?.clone() })
        };
        self.waiting.iter().filter_map(first).collect()
    }

    fn read(&mut self) -> Result<bool, Error> {
        let Some(event) = self.trace.next_event()? else {
            self.ended = true;
            return Ok(false);
        };
        let Some(sock) = event.sock else { return Ok(true) };
        if self.wrapped.has(&event, sock) {
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
            let origin = match (&event.op, &call.what) {
                (Op::Socket { fd, .. }, _) => Some(Origin::Made { fd: *fd }),
                (Op::Accept { on, fd, .. }, What::Accept { peer }) => {
                    Some(Origin::Accepted { on: *on, fd: *fd, peer: peer.clone() })
                }
                _ => None,
            };
            self.unclaimed.extend(origin.map(|origin| (sock, origin)));
        }
        let at = At { line: self.trace.line(), time: Some(event.t), call };
        self.waiting.entry(sock).or_default().push_back(at);
        Ok(true)
    }
}
