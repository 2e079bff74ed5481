//! Kernel and trace side by side: which socket each call is on.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use socket_tap::event::{Addr, SockId};

use super::adoption::Names;
use super::call::{At, Call, What};
use super::clock::Clock;
use super::failure::Failure;
use super::feed::Feed;
use super::followed::{Followed, Released, Traced};
use super::kernel::{Kernel, Kid, Seen};
use super::report::{Difference, Hidden};
use crate::reader::Ending;

mod compare;

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

    /// Returns whether the trace has been read to its end, and has its end line.
    fn is_whole(&self) -> bool {
        matches!(self.feed.ending(), Some(Ending::Complete(_)))
    }

    pub(super) fn traces(&mut self, socket: Kid, sock: SockId, fd: i32) {
        self.sockets += 1;
        let traced = Traced {
            sock,
            fd,
            position: 0,
            before: VecDeque::new(),
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
}
