//! One socket's calls, as the kernel saw them and as the trace has them: the next of each, until they differ.

use super::super::call::{At, What};
use super::super::failure::Failure;
use super::super::followed::Followed;
use super::super::kernel::Kid;
use super::super::report::{Both, Difference};
use super::Check;
use crate::reader::Ending;

/// How many calls are shown before a difference, and after it.
const CONTEXT: usize = 3;

/// How many differences are told in full; the rest are counted.
const MOST_DIFFERENCES: usize = 20;

impl Check {
    pub(super) fn compare(&mut self, socket: Kid, at: At) -> Result<(), Failure> {
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
            Some(told) if at.call.is_told_by(&told.call) && self.may_precede_held(socket, &at.call) => {
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

    pub(in crate::verify) fn same(&mut self, socket: Kid, at: At, told: &At) {
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
    pub(in crate::verify) fn differs(&mut self, socket: Kid, kernel: Option<At>) {
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

    pub(super) fn differ(&mut self, difference: Difference) {
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference);
        } else {
            self.more_differences.push(difference.owner);
        }
    }

    /// What the trace has beyond what the kernel saw.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
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
