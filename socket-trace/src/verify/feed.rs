//! The trace, socket by socket: its events are in one order, and what is asked for is the next one of some socket.
//!
//! What is read on the way waits. As long as the trace is exact that is little: kernel and trace tell of the same
//! moment. Only what one has and the other lacks makes it wait for the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use socket_tap::event::{Addr, Event, Op, SockId};

use super::address;
use super::adoption::{Adopted, Adoptions, Names};
use super::call::{At, Call, What};
use super::clock::Clock;
use crate::reader::{Ending, Error, Trace};

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

/// Streams without a file descriptor: the kernel does not see them, or sees them as other calls.
#[derive(Debug, Default)]
pub(super) struct Wrapped {
    /// Those that are open, and whether each is above a socket.
    open: BTreeMap<SockId, bool>,
    /// Sockets that are open and have a file descriptor.
    sockets: BTreeSet<SockId>,
    /// How many were above a socket.
    pub(super) above: u64,
    /// How many were not.
    pub(super) alone: u64,
}

impl Wrapped {
    /// Takes an event in, and says whether it is of such a stream.
    fn has(&mut self, event: &Event) -> bool {
        match &event.op {
            Op::Adopt { fd: None, on, .. } => {
                let below = |sock: &SockId| self.sockets.contains(sock) || self.open.get(sock) == Some(&true);
                let above = on.as_ref().is_some_and(below);
                *(if above { &mut self.above } else { &mut self.alone }) += 1;
                self.open.insert(event.sock, above);
                true
            }
            Op::Socket { .. } | Op::Adopt { .. } | Op::Accept { .. } if event.error.is_none() => {
                self.sockets.insert(event.sock);
                false
            }
            Op::Close(_) | Op::Release(_) => {
                self.sockets.remove(&event.sock);
                self.open.remove(&event.sock).is_some()
            }
            _ => self.open.contains_key(&event.sock),
        }
    }
}

/// How a socket came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Made { fd: Option<i32> },
    Accepted { on: SockId, fd: Option<i32>, peer: Option<Addr> },
}

/// A socket that was found in the log by how it was made.
#[derive(Debug)]
struct Found {
    sock: SockId,
    t: u64,
    /// Its bind, its connect, or a close before either.
    told: Call,
}

/// What tells one socket that was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Bind,
    Connect,
    Neither,
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

    /// Whether the trace is whole; `None` until its end was reached.
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

    /// Whether one of the socket's next calls is this one, and each before it may have overlapped with it.
    pub(super) fn has_soon(&mut self, sock: SockId, call: &Call) -> Result<bool, Error> {
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
            if !call.may_overlap(&told.call) {
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

    /// The socket that the trace says was accepted like this.
    pub(super) fn accepted(
        &mut self,
        on: SockId,
        fd: i32,
        peer: Option<&Addr>,
    ) -> Result<Option<SockId>, Error> {
        loop {
            let is = |origin: &Origin, whoever: bool| match origin {
                Origin::Accepted { on: its, fd: number, peer: told } => {
                    *its == on && *number == Some(fd) && (whoever || address::same(peer, told.as_ref()))
                }
                Origin::Made { .. } => false,
            };
            if let Some(at) = self.unclaimed.iter().position(|(_, origin)| is(origin, false)) {
                return Ok(Some(self.unclaimed.remove(at).0));
            }
            // The kernel gives one number to one socket at a time: once the trace has another peer on it, it is past.
            if self.unclaimed.iter().any(|(_, origin)| is(origin, true)) || !self.read()? {
                return Ok(None);
            }
        }
    }

    /// The socket that the trace says was made with this number, and then bound or connected as the kernel saw it.
    ///
    /// The kernel saw it made at `since`, and bound or connected at `until`.
    pub(super) fn made(
        &mut self,
        fd: i32,
        then: Option<&Call>,
        (since, until): (Option<u64>, Option<u64>),
        clock: &mut Clock,
    ) -> Result<Option<SockId>, Error> {
        let origin = Origin::Made { fd: Some(fd) };
        loop {
            let mut past = false;
            for at in 0..self.unclaimed.len() {
                let (sock, its) = &self.unclaimed[at];
                if *its != origin {
                    continue;
                }
                let sock = *sock;
                let Some(calls) = self.waiting.get(&sock) else { continue };
                let tells = |call: &&Call| purpose(call) != Purpose::Neither || call.closes();
                let Some(told) = calls.iter().map(|at| &at.call).find(tells) else { continue };
                past = true;
                let t = calls.front().and_then(|at| at.time).unwrap_or_default();
                if is_made_as(then, told) && !clock.is_after(t, until) {
                    let found = Found { sock, t, told: told.clone() };
                    self.found.entry(fd).or_default().push(found);
                    self.unclaimed.remove(at);
                    return Ok(Some(sock));
                }
            }
            if past || !self.read()? {
                break;
            }
        }
        // One that was found before may be this one.
        for found in self.found.get(&fd).into_iter().flatten() {
            if is_made_as(then, &found.told) && !clock.is_before(found.t, since) {
                self.unsure.insert((found.sock, fd));
            }
        }
        Ok(None)
    }

    /// All of the socket's calls are in both: it is the right one.
    pub(super) fn is_exact(&mut self, sock: SockId, fd: i32) {
        self.adoptions.is_exact(sock, fd);
        if let Some(found) = self.found.get_mut(&fd) {
            found.retain(|found| found.sock != sock);
        }
    }

    /// The socket that the trace says was adopted with these names, after the kernel was asked for them and before it
    /// saw the next call on the socket, at `until`.
    pub(super) fn adopted(
        &mut self,
        names: &Names,
        until: Option<u64>,
        clock: &mut Clock,
    ) -> Result<Option<Adopted>, Error> {
        loop {
            if let Some(found) = self.adoptions.claim(names, until, clock) {
                return Ok(found);
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Whether the trace has a datagram socket, not yet found in the log, that was adopted with these names.
    pub(super) fn is_datagram(&mut self, names: &Names) -> Result<bool, Error> {
        loop {
            if let Some(adopted) = self.adoptions.first(names) {
                return Ok(adopted.sends_datagrams());
            }
            if !self.read()? {
                return Ok(false);
            }
        }
    }

    /// Whether a close of the socket has been read, and not been taken.
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
        if self.wrapped.has(&event) {
            return Ok(true);
        }
        if self.forgotten.contains(&event.sock) {
            if matches!(event.op, Op::Close(_) | Op::Release(_)) {
                self.forgotten.remove(&event.sock);
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
            self.unclaimed.extend(origin.map(|origin| (event.sock, origin)));
        }
        let at = At { line: self.trace.line(), time: Some(event.t), call };
        self.waiting.entry(event.sock).or_default().push_back(at);
        Ok(true)
    }
}

fn purpose(call: &Call) -> Purpose {
    match call.what {
        What::Bind { .. } => Purpose::Bind,
        What::Connect { .. } => Purpose::Connect,
        _ => Purpose::Neither,
    }
}

/// Whether the kernel saw a socket bound, connected, or given up before either, as the trace says.
fn is_made_as(kernel: Option<&Call>, trace: &Call) -> bool {
    match kernel {
        Some(kernel) => purpose(kernel) == purpose(trace) && same_place(kernel, trace),
        None => trace.closes(),
    }
}

/// Whether both are about one address, also when the call failed.
fn same_place(kernel: &Call, trace: &Call) -> bool {
    Call::done(kernel.what.clone()).is_told_by(&Call::done(trace.what.clone()))
}
