//! Compares the calls of one socket, one by one, up to the first difference.

use super::super::call::{CallKind, LocatedCall};
use super::super::failure::Failure;
use super::super::followed::Followed;
use super::super::kernel::DescriptorId;
use super::super::report::{Difference, MatchedCall};
use super::Check;
use crate::reader::Ending;

/// Number of calls shown before and after a difference between log and trace.
const CONTEXT: usize = 3;

/// Maximum number of differences shown. Further differences are only counted.
const MAX_DIFFERENCES: usize = 20;

impl Check {
    pub(super) fn compare(&mut self, socket: DescriptorId, at: LocatedCall) -> Result<(), Failure> {
        let Some(traced) = self.traced(socket) else { return Ok(()) };
        traced.outlives |= match &at.call.kind {
            CallKind::Listen { .. } => true,
            CallKind::Socket { kind, .. } => kind == "datagram",
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
        let recorded = self.trace_calls.peek(sock)?.cloned();
        match recorded {
            Some(recorded) if matches!(recorded.call.kind, CallKind::Release { .. }) => {
                self.after_release(socket, at, &recorded);
            }
            Some(recorded)
                if at.call.matches_recorded(&recorded.call) && self.may_precede_held(socket, &at.call) =>
            {
                self.matched(socket, at, &recorded);
                self.compare_held(socket)?;
            }
            None if self.may_be_after_the_end(socket) => self.after_the_end += 1,
            _ => {
                if let Some(at) = self.hold(socket, at)? {
                    self.report_difference(socket, Some(at));
                }
            }
        }
        Ok(())
    }

    pub(in crate::verify) fn matched(
        &mut self,
        socket: DescriptorId,
        at: LocatedCall,
        recorded: &LocatedCall,
    ) {
        self.clock.observe(&at, recorded);
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd) = (traced.sock, traced.fd);
        traced.position += 1;
        traced.sampled = false;
        let closes = at.call.closes();
        if traced.before.len() == CONTEXT {
            traced.before.pop_front();
        }
        traced.before.push_back(MatchedCall { log_line: at.line, trace_line: recorded.line, call: at.call });
        self.calls += 1;
        self.trace_calls.take(sock);
        if closes {
            self.trace_calls.forget(sock, true);
            self.trace_calls.mark_exact(sock, fd);
            self.followed.remove(&socket);
        }
    }

    /// Returns `true` if the recording may have ended before the socket was closed. The trace then correctly
    /// lacks the remaining calls on the socket.
    fn may_be_after_the_end(&mut self, socket: DescriptorId) -> bool {
        let Some(outlives) = self.traced(socket).map(|traced| traced.outlives) else { return false };
        match self.trace_calls.ending() {
            Some(Ending::Complete(end)) => outlives || end.open > 0,
            _ => false,
        }
    }

    /// Reports the first difference of a socket between log and trace, with the calls before and after it.
    pub(in crate::verify) fn report_difference(&mut self, socket: DescriptorId, kernel: Option<LocatedCall>) {
        let next = self.differences.len();
        let closes = kernel.as_ref().is_some_and(|at| at.call.closes());
        let Some(Followed::Traced(traced)) = self.followed.get_mut(&socket) else { return };
        let mut difference =
            Difference::new(Some(traced.sock), Some(traced.fd), traced.position + 1).of(traced.sock);
        difference.before = traced.before.drain(..).collect();
        difference.kernel.extend(traced.held.drain(..).map(|held| held.at).chain(kernel));
        difference.kernel.truncate(CONTEXT);
        while difference.trace.len() < CONTEXT {
            let Some(recorded) = self.trace_calls.take(traced.sock) else { break };
            difference.trace.push(recorded);
        }
        self.trace_calls.forget(traced.sock, false);
        traced.differs = Some(next);
        self.add_difference(difference);
        if closes {
            self.followed.remove(&socket);
        }
    }

    pub(super) fn add_difference(&mut self, difference: Difference) {
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(difference);
        } else {
            self.more_differences.push(difference.owner);
        }
    }

    /// Reports calls in the trace that the kernel did not see.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        let mut named: Vec<DescriptorId> = self.names.keys().copied().collect();
        named.sort_unstable();
        named.into_iter().try_for_each(|socket| self.resolve_adoption(socket, None))?;
        self.trace_calls.finish()?;
        let mut open: Vec<DescriptorId> = self.followed.keys().copied().collect();
        open.sort_unstable();
        for socket in open {
            let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { continue };
            if traced.differs.is_some() {
                continue;
            }
            match self.trace_calls.peek(traced.sock)?.map(|recorded| &recorded.call.kind) {
                Some(CallKind::Release { .. }) => self.released(socket),
                Some(_) => self.report_difference(socket, None),
                None if !traced.held.is_empty() => self.report_difference(socket, None),
                None => {}
            }
        }
        for unmatched in self.trace_calls.unmatched() {
            let owner = unmatched.on.unwrap_or(unmatched.sock);
            let mut difference = Difference::new(Some(unmatched.sock), None, 1).of(owner);
            difference.trace.push(unmatched.at);
            self.add_difference(difference);
        }
        self.hidden.without_call = self.trace_calls.own_failures;
        Ok(())
    }
}
