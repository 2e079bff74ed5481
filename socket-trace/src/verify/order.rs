//! Calls that several threads make on one socket at the same time.
//!
//! A program learns the result of a call some time after the kernel is done with it. Two halves of a stream, or several
//! tasks with one datagram socket, may so be recorded in another order than the kernel's. The log refutes an order only
//! if the thread of the earlier call went on to its next call before the later one began.

use super::Failure;
use super::call::{At, Call, What};
use super::check::{Check, Followed};
use super::kernel::{Kid, Watch};

/// A call that the trace has later than the kernel.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: At,
    watch: Watch,
}

impl Call {
    /// Returns whether two tasks can make these two calls on one socket at once.
    pub(super) fn may_overlap(&self, other: &Self) -> bool {
        use What::{Read, RecvFrom, SendTo, Shutdown, Write};
        matches!(
            (&self.what, &other.what),
            (Read { .. }, Write { .. } | Shutdown)
                | (Write { .. } | Shutdown, Read { .. })
                | (SendTo { .. } | RecvFrom { .. }, SendTo { .. } | RecvFrom { .. })
        )
    }
}

impl Check {
    /// Returns whether the trace may have the next call before those that are held: none of their threads has gone on.
    pub(super) fn may_precede_held(&mut self, socket: Kid) -> bool {
        let begun = self.kernel.begun();
        let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { return true };
        traced.held.iter().all(|held| self.kernel.went_on(held.watch).is_none_or(|went_on| went_on > begun))
    }

    /// Holds a call until the trace has it, if it has it soon. Gives it back otherwise.
    pub(super) fn hold(&mut self, socket: Kid, at: At) -> Result<Option<At>, Failure> {
        let Some(sock) = self.traced(socket).map(|traced| traced.sock) else { return Ok(Some(at)) };
        if !self.feed.has_soon(sock, &at.call)? {
            return Ok(Some(at));
        }
        let watch = self.kernel.watch();
        if let Some(traced) = self.traced(socket) {
            traced.held.push(Held { at, watch });
        }
        Ok(None)
    }

    /// Compares the held calls with what the trace has next.
    pub(super) fn let_go(&mut self, socket: Kid) -> Result<(), Failure> {
        loop {
            let Some(traced) = self.traced(socket).filter(|traced| !traced.held.is_empty()) else {
                return Ok(());
            };
            let sock = traced.sock;
            let Some(told) = self.feed.peek(sock)?.cloned() else { return Ok(()) };
            let Some(traced) = self.traced(socket) else { return Ok(()) };
            let Some(next) = traced.held.iter().position(|held| held.at.call.is_told_by(&told.call)) else {
                return Ok(());
            };
            let held = traced.held.remove(next);
            self.same(socket, held.at, &told);
        }
    }
}
