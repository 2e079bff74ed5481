//! Kernel and trace beside each other, call by call.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use socket_tap::event::SockId;

use super::Failure;
use super::call::{At, Call, What};
use super::feed::Feed;
use super::kernel::{Kernel, Kid, Seen};
use super::report::{Both, Difference, Hidden};
use crate::reader::Ending;

/// How many calls are shown before a difference, and after it.
const CONTEXT: usize = 3;

/// How many differences are told in full; the rest are counted.
const MOST_DIFFERENCES: usize = 20;

/// A socket of the kernel's.
enum Followed {
    /// Made, and not yet bound or connected: these calls do not tell whether it is one of the trace's.
    Made { fd: i32, calls: Vec<At> },
    /// One of the trace's.
    Traced(Traced),
}

struct Traced {
    sock: SockId,
    fd: i32,
    /// Calls that both have, and the last of them.
    position: u64,
    before: VecDeque<Both>,
    /// Connections come from it, and it may outlive its recording: the end line does not count it as open.
    listens: bool,
    /// Which difference it has; only its context is of interest from there on.
    differs: Option<usize>,
}

/// The comparison under way.
pub(super) struct Check {
    pub(super) kernel: Kernel,
    pub(super) feed: Feed,
    followed: HashMap<Kid, Followed>,
    pub(super) sockets: u64,
    pub(super) calls: u64,
    pub(super) hidden: Hidden,
    pub(super) differences: Vec<Difference>,
    pub(super) more_differences: u64,
    /// Calls on sockets that were still open when the recording ended.
    pub(super) after_the_end: u64,
}

impl Check {
    pub(super) fn new(kernel: Kernel, feed: Feed) -> Self {
        Self {
            kernel,
            feed,
            followed: HashMap::new(),
            sockets: 0,
            calls: 0,
            hidden: Hidden::default(),
            differences: Vec::new(),
            more_differences: 0,
            after_the_end: 0,
        }
    }

    /// Reads both to their ends.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        while let Some(seen) = self.kernel.next_call()? {
            let line = self.kernel.log().line();
            match seen {
                Seen::Made { socket, fd, call } => {
                    self.followed.insert(socket, Followed::Made { fd, calls: vec![At { line, call }] });
                }
                Seen::Accepted { listener, socket, fd, peer } => {
                    self.accepted(listener, (socket, fd), peer, line)?;
                }
                Seen::Called { socket, call } => self.called(socket, At { line, call })?,
                Seen::WouldBlock { socket } => {
                    self.hidden.would_block += u64::from(self.is_traced(socket));
                }
                Seen::ShutdownOfGone { socket } => {
                    self.hidden.shutdowns_of_gone += u64::from(self.is_traced(socket));
                    self.called(socket, At { line, call: Call::done(What::Shutdown) })?;
                }
            }
        }
        self.finish()
    }

    fn is_traced(&self, socket: Kid) -> bool {
        matches!(self.followed.get(&socket), Some(Followed::Traced(_)))
    }

    fn accepted(
        &mut self,
        listener: Kid,
        (socket, fd): (Kid, i32),
        peer: Option<SocketAddr>,
        line: u64,
    ) -> Result<(), Failure> {
        let Some(Followed::Traced(listener)) = self.followed.get(&listener) else { return Ok(()) };
        let on = listener.sock;
        let at = At { line, call: Call::done(What::Accept { peer }) };
        match self.feed.accepted(on, fd, peer)? {
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
                self.differ(Difference::new(None, Some(fd), 1).kernel(at));
                Ok(())
            }
        }
    }

    /// Whether the trace has been read to its end, and has its end line.
    fn is_whole(&self) -> bool {
        matches!(self.feed.ending(), Some(Ending::Complete(_)))
    }

    fn traces(&mut self, socket: Kid, sock: SockId, fd: i32) {
        self.sockets += 1;
        let traced = Traced {
            sock,
            fd,
            position: 0,
            before: VecDeque::with_capacity(CONTEXT),
            listens: false,
            differs: None,
        };
        self.followed.insert(socket, Followed::Traced(traced));
    }

    fn called(&mut self, socket: Kid, at: At) -> Result<(), Failure> {
        match self.followed.get_mut(&socket) {
            None => Ok(()),
            Some(Followed::Made { fd, calls }) => {
                let tells = matches!(at.call.what, What::Bind { .. } | What::Connect { .. });
                let (fd, closes) = (*fd, at.call.closes());
                calls.push(at);
                if tells || closes { self.told(socket, fd) } else { Ok(()) }
            }
            Some(Followed::Traced(_)) => self.compare(socket, at),
        }
    }

    /// It was bound or connected: now it is known which of the trace's it is, if any.
    fn told(&mut self, socket: Kid, fd: i32) -> Result<(), Failure> {
        let Some(Followed::Made { calls, .. }) = self.followed.remove(&socket) else { return Ok(()) };
        let last = calls.last().map(|at| &at.call).filter(|call| !call.closes());
        let Some(sock) = self.feed.made(fd, last)? else { return Ok(()) };
        self.traces(socket, sock, fd);
        calls.into_iter().try_for_each(|at| self.compare(socket, at))
    }

    fn compare(&mut self, socket: Kid, at: At) -> Result<(), Failure> {
        let Some(Followed::Traced(traced)) = self.followed.get_mut(&socket) else { return Ok(()) };
        traced.listens |= matches!(at.call.what, What::Listen { .. });
        let closes = at.call.closes();
        if let Some(difference) = traced.differs {
            if let Some(difference) = self.differences.get_mut(difference) {
                difference.more_of_kernel(at, CONTEXT);
            }
            if closes {
                self.followed.remove(&socket);
            }
            return Ok(());
        }
        let told = self.feed.peek(traced.sock)?;
        let nothing_told = told.is_none();
        match told.filter(|told| at.call.is_told_by(&told.call)).map(|told| told.line) {
            Some(trace_line) => self.same(socket, at, trace_line),
            None if nothing_told && self.may_be_after_the_end(socket) => self.after_the_end += 1,
            None => self.differs(socket, Some(at)),
        }
        Ok(())
    }

    fn same(&mut self, socket: Kid, at: At, trace_line: u64) {
        let Some(Followed::Traced(traced)) = self.followed.get_mut(&socket) else { return };
        self.calls += 1;
        traced.position += 1;
        let closes = at.call.closes();
        if traced.before.len() == CONTEXT {
            traced.before.pop_front();
        }
        traced.before.push_back(Both { log_line: at.line, trace_line, call: at.call });
        self.feed.take(traced.sock);
        if closes {
            self.feed.forget(traced.sock, true);
            self.followed.remove(&socket);
        }
    }

    /// The trace has no more of a socket that it does not close. Either its recording was over, or something is missing.
    fn may_be_after_the_end(&self, socket: Kid) -> bool {
        let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { return false };
        match self.feed.ending() {
            Some(Ending::Complete(end)) => traced.listens || end.open > 0,
            _ => false,
        }
    }

    /// The first difference of a socket, with what comes before it and after it.
    fn differs(&mut self, socket: Kid, kernel: Option<At>) {
        let Some(Followed::Traced(traced)) = self.followed.get_mut(&socket) else { return };
        let mut difference = Difference::new(Some(traced.sock), Some(traced.fd), traced.position + 1);
        difference.before = traced.before.drain(..).collect();
        difference.kernel.extend(kernel);
        while difference.trace.len() < CONTEXT {
            let Some(told) = self.feed.take(traced.sock) else { break };
            difference.trace.push(told);
        }
        self.feed.forget(traced.sock, false);
        traced.differs = Some(self.differences.len());
        let closes = difference.kernel.iter().any(|at| at.call.closes());
        self.differ(difference);
        if closes {
            self.followed.remove(&socket);
        }
    }

    fn differ(&mut self, difference: Difference) {
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference);
        } else {
            self.more_differences += 1;
        }
    }

    /// What the trace has beyond what the kernel saw.
    fn finish(&mut self) -> Result<(), Failure> {
        self.feed.finish()?;
        let mut open: Vec<Kid> = self.followed.keys().copied().collect();
        open.sort_unstable();
        for socket in open {
            let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { continue };
            if traced.differs.is_none() && self.feed.peek(traced.sock)?.is_some() {
                self.differs(socket, None);
            }
        }
        for (sock, told) in self.feed.left() {
            let mut difference = Difference::new(Some(sock), None, 1);
            difference.trace.push(told);
            self.differ(difference);
        }
        Ok(())
    }
}
