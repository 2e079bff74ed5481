//! The trace, socket by socket: its events are in one order, and what is asked for is the next one of some socket.
//!
//! What is read on the way waits. As long as the trace is exact that is little: kernel and trace tell of the same
//! moment. Only what one has and the other lacks makes it wait for the end.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::net::SocketAddr;

use socket_tap::event::{Op, SockId};

use super::call::{At, Call, What};
use crate::reader::{Ending, Error, Trace};

#[derive(Debug)]
pub(super) struct Feed {
    trace: Trace,
    waiting: BTreeMap<SockId, VecDeque<At>>,
    /// Sockets that no call of the kernel's was found for so far: how each came to be.
    unclaimed: Vec<(SockId, Origin)>,
    /// Sockets that nobody asks for any more.
    forgotten: HashSet<SockId>,
    ended: bool,
}

/// How a socket came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Made { fd: Option<i32> },
    Accepted { on: SockId, fd: Option<i32>, peer: Option<SocketAddr> },
}

/// What tells one socket that was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Bind,
    Connect,
    Neither,
}

impl Feed {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            waiting: BTreeMap::new(),
            unclaimed: Vec::new(),
            forgotten: HashSet::new(),
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
        peer: Option<SocketAddr>,
    ) -> Result<Option<SockId>, Error> {
        let wanted = Origin::Accepted { on, fd: Some(fd), peer };
        // The kernel gives one number to one socket at a time: once the trace has another peer on it, it is past.
        let same_place = |origin: &Origin| matches!(origin, Origin::Accepted { on: its, fd: number, .. } if *its == on && *number == Some(fd));
        loop {
            if let Some(at) = self.unclaimed.iter().position(|(_, origin)| *origin == wanted) {
                return Ok(Some(self.unclaimed.remove(at).0));
            }
            if self.unclaimed.iter().any(|(_, origin)| same_place(origin)) || !self.read()? {
                return Ok(None);
            }
        }
    }

    /// The socket that the trace says was made with this number, and then bound or connected as the kernel saw it.
    pub(super) fn made(&mut self, fd: i32, then: Option<&Call>) -> Result<Option<SockId>, Error> {
        let wanted = then.map_or(Purpose::Neither, purpose);
        let origin = Origin::Made { fd: Some(fd) };
        loop {
            let mut past = false;
            for at in 0..self.unclaimed.len() {
                let (sock, its) = self.unclaimed[at];
                if its != origin {
                    continue;
                }
                let told = self.waiting.get(&sock).and_then(|calls| {
                    calls
                        .iter()
                        .map(|at| &at.call)
                        .find(|call| purpose(call) != Purpose::Neither || call.closes())
                });
                match (told, then) {
                    (Some(told), Some(then)) if purpose(told) == wanted && same_place(then, told) => {
                        self.unclaimed.remove(at);
                        return Ok(Some(sock));
                    }
                    (Some(_), _) => past = true,
                    (None, _) => {}
                }
            }
            if past || !self.read()? {
                return Ok(None);
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
    pub(super) fn left(&self) -> Vec<(SockId, At)> {
        let first = |(sock, calls): (&SockId, &VecDeque<At>)| Some((*sock, calls.front()?.clone()));
        self.waiting.iter().filter_map(first).collect()
    }

    fn read(&mut self) -> Result<bool, Error> {
        let Some(event) = self.trace.next_event()? else {
            self.ended = true;
            return Ok(false);
        };
        let Some(sock) = event.sock else { return Ok(true) };
        if self.forgotten.contains(&sock) {
            if matches!(event.op, Op::Close(_)) {
                self.forgotten.remove(&sock);
            }
            return Ok(true);
        }
        let Some(call) = Call::of(&event) else { return Ok(true) };
        if call.result.is_ok() {
            let origin = match (&event.op, &call.what) {
                (Op::Socket { fd, .. }, _) => Some(Origin::Made { fd: *fd }),
                (Op::Accept { on, fd, .. }, What::Accept { peer }) => {
                    Some(Origin::Accepted { on: *on, fd: *fd, peer: *peer })
                }
                _ => None,
            };
            self.unclaimed.extend(origin.map(|origin| (sock, origin)));
        }
        self.waiting.entry(sock).or_default().push_back(At { line: self.trace.line(), call });
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

/// Whether both are about one address, also when the call failed.
fn same_place(kernel: &Call, trace: &Call) -> bool {
    Call::done(kernel.what.clone()).is_told_by(&Call::done(trace.what.clone()))
}
