//! Kernel and trace beside each other, call by call.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use socket_tap::event::{Addr, SockId};

use super::Failure;
use super::adoption::Names;
use super::call::{At, Call, What};
use super::clock::Clock;
use super::feed::Feed;
use super::kernel::{Kernel, Kid, Seen};
use super::order::Held;
use super::report::{Both, Difference, Hidden};
use crate::reader::Ending;

/// How many calls are shown before a difference, and after it.
const CONTEXT: usize = 3;

/// How many differences are told in full; the rest are counted.
const MOST_DIFFERENCES: usize = 20;

/// A socket of the kernel's.
pub(super) enum Followed {
    /// Made, and not yet bound or connected: these calls do not tell whether it is one of the trace's.
    Made { fd: i32, calls: Vec<At> },
    /// One of the trace's.
    Traced(Traced),
}

pub(super) struct Traced {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    /// Calls that both have, and the last of them.
    position: u64,
    before: VecDeque<Both>,
    /// The end line does not count it as open, so it may outlive its recording.
    pub(super) outlives: bool,
    /// `TCP_INFO` was asked for since the last call.
    pub(super) sampled: bool,
    /// Calls that the trace has later.
    pub(super) held: Vec<Held>,
    /// Which difference it has; only its context is of interest from there on.
    pub(super) differs: Option<usize>,
}

/// A socket after its release.
#[derive(Clone, Copy)]
pub(super) struct Released {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    pub(super) t: Option<u64>,
    /// There were calls on it.
    pub(super) used: bool,
}

/// The comparison under way.
pub(super) struct Check {
    pub(super) kernel: Kernel,
    pub(super) feed: Feed,
    pub(super) clock: Clock,
    pub(super) followed: HashMap<Kid, Followed>,
    /// The addresses that sockets were asked for since the last call on them.
    pub(super) names: HashMap<Kid, Names>,
    /// Duplicates of traced sockets that are not traced themselves.
    pub(super) copies: HashMap<Kid, SockId>,
    /// Calls through them.
    pub(super) through_copies: BTreeMap<SockId, u64>,
    pub(super) sockets: u64,
    pub(super) calls: u64,
    pub(super) hidden: Hidden,
    pub(super) differences: Vec<Difference>,
    /// Whose differences are not among these.
    pub(super) more_differences: Vec<Option<SockId>>,
    /// Calls on sockets that were still open when the recording ended.
    pub(super) after_the_end: u64,
    /// Sockets that were released and are still open.
    pub(super) released: HashMap<Kid, Released>,
    /// Sockets that were released, nobody knows when.
    pub(super) released_unseen: BTreeSet<(SockId, i32)>,
}

impl Check {
    pub(super) fn new(kernel: Kernel, feed: Feed) -> Self {
        let clock = Clock::of(feed.trace().header());
        Self {
            kernel,
            feed,
            clock,
            followed: HashMap::new(),
            names: HashMap::new(),
            copies: HashMap::new(),
            through_copies: BTreeMap::new(),
            sockets: 0,
            calls: 0,
            hidden: Hidden::default(),
            differences: Vec::new(),
            more_differences: Vec::new(),
            after_the_end: 0,
            released: HashMap::new(),
            released_unseen: BTreeSet::new(),
        }
    }

    /// Reads both to their ends.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        while let Some(seen) = self.kernel.next_call()? {
            let (line, time) = (self.kernel.log().line(), self.kernel.time());
            let at = |call| At { line, time, call };
            match seen {
                Seen::Named { socket, fd, end, address } => self.named(socket, fd, end, address)?,
                Seen::Made { socket, fd, call } => {
                    self.followed.insert(socket, Followed::Made { fd, calls: vec![at(call)] });
                }
                Seen::Accepted { listener, socket, fd, peer } => {
                    self.decide(listener, time)?;
                    self.accepted(listener, (socket, fd), peer, line)?;
                }
                Seen::Called { socket, call } => {
                    self.decide(socket, time)?;
                    self.called(socket, at(call))?;
                }
                Seen::WouldBlock { socket } => {
                    self.decide(socket, time)?;
                    self.hidden.would_block += u64::from(self.traced(socket).is_some());
                }
                Seen::ShutdownOfGone { socket } => {
                    self.decide(socket, time)?;
                    self.hidden.shutdowns_of_gone += u64::from(self.traced(socket).is_some());
                    self.called(socket, at(Call::done(What::Shutdown)))?;
                }
                Seen::Sampled { socket } => {
                    self.decide(socket, time)?;
                    self.sampled(socket);
                }
                Seen::Duplicated { socket, copy } => {
                    self.decide(socket, time)?;
                    if let Some(traced) = self.traced(socket) {
                        let sock = traced.sock;
                        self.copies.insert(copy, sock);
                    }
                }
            }
        }
        self.finish()
    }

    pub(super) fn traced(&mut self, socket: Kid) -> Option<&mut Traced> {
        match self.followed.get_mut(&socket) {
            Some(Followed::Traced(traced)) => Some(traced),
            _ => None,
        }
    }

    fn accepted(
        &mut self,
        listener: Kid,
        (socket, fd): (Kid, i32),
        peer: Option<Addr>,
        line: u64,
    ) -> Result<(), Failure> {
        let Some(traced) = self.traced(listener) else {
            self.through_copy(listener);
            return Ok(());
        };
        let on = traced.sock;
        let found = self.feed.accepted(on, fd, peer.as_ref())?;
        let at = At { line, time: self.kernel.time(), call: Call::done(What::Accept { peer }) };
        match found {
            Some(sock) => {
                self.traces(socket, sock, fd);
                self.called(socket, at)
            }
            // The recording was over while the listener still listened.
            None if self.is_whole() && !self.feed.closes(on) => {
                self.after_the_end += 1;
                Ok(())
            }
            None => {
                self.differ(Difference::new(None, Some(fd), 1).of(on).kernel(at));
                Ok(())
            }
        }
    }

    /// Whether the trace has been read to its end, and has its end line.
    fn is_whole(&self) -> bool {
        matches!(self.feed.ending(), Some(Ending::Complete(_)))
    }

    pub(super) fn traces(&mut self, socket: Kid, sock: SockId, fd: i32) {
        self.sockets += 1;
        let traced = Traced {
            sock,
            fd,
            position: 0,
            before: VecDeque::with_capacity(CONTEXT),
            outlives: false,
            sampled: false,
            held: Vec::new(),
            differs: None,
        };
        self.copies.remove(&socket);
        self.released.remove(&socket);
        self.followed.insert(socket, Followed::Traced(traced));
    }

    fn called(&mut self, socket: Kid, at: At) -> Result<(), Failure> {
        match self.followed.get_mut(&socket) {
            None => {
                self.untraced(socket, at.call.closes());
                Ok(())
            }
            Some(Followed::Made { fd, calls }) => {
                let tells = matches!(at.call.what, What::Bind { .. } | What::Connect { .. });
                let (fd, closes) = (*fd, at.call.closes());
                calls.push(at);
                if tells || closes { self.told(socket, fd) } else { Ok(()) }
            }
            Some(Followed::Traced(_)) => self.compare(socket, at),
        }
    }

    fn untraced(&mut self, socket: Kid, closes: bool) {
        if closes {
            self.released.remove(&socket);
            self.copies.remove(&socket);
            return;
        }
        if let Some(released) = self.released.get_mut(&socket) {
            released.used = true;
        }
        self.through_copy(socket);
    }

    fn through_copy(&mut self, socket: Kid) {
        if let Some(sock) = self.copies.get(&socket) {
            *self.through_copies.entry(*sock).or_default() += 1;
        }
    }

    /// It was bound or connected: now it is known which of the trace's it is, if any.
    fn told(&mut self, socket: Kid, fd: i32) -> Result<(), Failure> {
        let Some(Followed::Made { calls, .. }) = self.followed.remove(&socket) else { return Ok(()) };
        let last = calls.last().map(|at| &at.call).filter(|call| !call.closes());
        let times = (calls.first().and_then(|at| at.time), calls.last().and_then(|at| at.time));
        let Some(sock) = self.feed.made(fd, last, times, &mut self.clock)? else { return Ok(()) };
        self.traces(socket, sock, fd);
        calls.into_iter().try_for_each(|at| self.compare(socket, at))
    }

    fn compare(&mut self, socket: Kid, at: At) -> Result<(), Failure> {
        let Some(traced) = self.traced(socket) else { return Ok(()) };
        traced.outlives |= match &at.call.what {
            What::Listen { .. } => true,
            What::Socket { kind, .. } => kind == "datagram",
            _ => false,
        };
        let (sock, closes) = (traced.sock, at.call.closes());
        if let Some(difference) = traced.differs {
            if let Some(difference) = self.differences.get_mut(difference) {
                difference.more_of_kernel(at, CONTEXT);
            }
            if closes {
                self.followed.remove(&socket);
            }
            return Ok(());
        }
        let told = self.feed.peek(sock)?.cloned();
        match told {
            Some(told) if matches!(told.call.what, What::Release { .. }) => {
                self.after_release(socket, at, &told);
            }
            Some(told) if at.call.is_told_by(&told.call) && self.may_precede_held(socket) => {
                self.same(socket, at, &told);
                self.let_go(socket)?;
            }
            None if self.may_be_after_the_end(socket) => self.after_the_end += 1,
            _ => {
                if let Some(at) = self.hold(socket, at)? {
                    self.differs(socket, Some(at));
                }
            }
        }
        Ok(())
    }

    pub(super) fn same(&mut self, socket: Kid, at: At, told: &At) {
        self.clock.observe(&at, told);
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd) = (traced.sock, traced.fd);
        traced.position += 1;
        traced.sampled = false;
        let closes = at.call.closes();
        if traced.before.len() == CONTEXT {
            traced.before.pop_front();
        }
        traced.before.push_back(Both { log_line: at.line, trace_line: told.line, call: at.call });
        self.calls += 1;
        self.feed.take(sock);
        if closes {
            self.feed.forget(sock, true);
            self.feed.is_exact(sock, fd);
            self.followed.remove(&socket);
        }
    }

    /// The trace has no more of a socket that it does not close. Either its recording was over, or something is missing.
    fn may_be_after_the_end(&mut self, socket: Kid) -> bool {
        let Some(outlives) = self.traced(socket).map(|traced| traced.outlives) else { return false };
        match self.feed.ending() {
            Some(Ending::Complete(end)) => outlives || end.open > 0,
            _ => false,
        }
    }

    /// The first difference of a socket, with what comes before it and after it.
    pub(super) fn differs(&mut self, socket: Kid, kernel: Option<At>) {
        let next = self.differences.len();
        let closes = kernel.as_ref().is_some_and(|at| at.call.closes());
        let Some(Followed::Traced(traced)) = self.followed.get_mut(&socket) else { return };
        let mut difference =
            Difference::new(Some(traced.sock), Some(traced.fd), traced.position + 1).of(traced.sock);
        difference.before = traced.before.drain(..).collect();
        difference.kernel.extend(traced.held.drain(..).map(|held| held.at).chain(kernel));
        difference.kernel.truncate(CONTEXT);
        while difference.trace.len() < CONTEXT {
            let Some(told) = self.feed.take(traced.sock) else { break };
            difference.trace.push(told);
        }
        self.feed.forget(traced.sock, false);
        traced.differs = Some(next);
        self.differ(difference);
        if closes {
            self.followed.remove(&socket);
        }
    }

    fn differ(&mut self, difference: Difference) {
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference);
        } else {
            self.more_differences.push(difference.owner);
        }
    }

    /// What the trace has beyond what the kernel saw.
    fn finish(&mut self) -> Result<(), Failure> {
        let mut named: Vec<Kid> = self.names.keys().copied().collect();
        named.sort_unstable();
        named.into_iter().try_for_each(|socket| self.decide(socket, None))?;
        self.feed.finish()?;
        let mut open: Vec<Kid> = self.followed.keys().copied().collect();
        open.sort_unstable();
        for socket in open {
            let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { continue };
            if traced.differs.is_some() {
                continue;
            }
            match self.feed.peek(traced.sock)?.map(|told| &told.call.what) {
                Some(What::Release { .. }) => self.released(socket),
                Some(_) => self.differs(socket, None),
                None if !traced.held.is_empty() => self.differs(socket, None),
                None => {}
            }
        }
        for left in self.feed.left() {
            let mut difference = Difference::new(Some(left.sock), None, 1).of(left.on.unwrap_or(left.sock));
            difference.trace.push(left.at);
            self.differ(difference);
        }
        self.hidden.without_call = self.feed.own_failures;
        Ok(())
    }
}
