//! Calls that several threads make on one socket at the same time.
//!
//! Two halves of a stream, or several tasks with one datagram socket, may be recorded in another order than the kernel's.
//! A call that sends is recorded as of its entry, which lies between the thread's previous call and the system call; any
//! other as of its return, which lies between the system call and the thread's next call. The log refutes an order only
//! if these do not allow it.

use super::call::{At, Call, What};
use super::check::Check;
use super::failure::Failure;
use super::followed::{Followed, Held};
use super::kernel::Kid;

impl Call {
    /// Returns whether it is recorded as of its entry: it sent something.
    fn is_of_its_entry(&self) -> bool {
        matches!(self.what, What::SendTo { .. } | What::Write { .. } | What::Shutdown) && self.result.is_ok()
    }

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
    /// Returns whether the trace may have the kernel's latest call before those that are held, which the kernel saw end
    /// before it.
    pub(super) fn may_precede_held(&self, socket: Kid, call: &Call) -> bool {
        let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { return true };
        traced.held.iter().all(|held| self.may_precede(call, held))
    }

    fn may_precede(&self, call: &Call, held: &Held) -> bool {
        match (call.is_of_its_entry(), held.at.call.is_of_its_entry()) {
            // It had not returned when the other was entered.
            (false, true) => false,
            (true, true) => self.kernel.free() < held.begun,
            // A thread records one call before it enters the next.
            (_, false) if self.kernel.thread() == held.thread => false,
            (sends, false) => {
                let earliest = if sends { self.kernel.free() } else { self.kernel.begun() };
                self.kernel.went_on(held.watch).is_none_or(|went_on| went_on > earliest)
            }
        }
    }

    /// Holds a call until the trace has it, if it has it soon. Gives it back otherwise.
    pub(super) fn hold(&mut self, socket: Kid, at: At) -> Result<Option<At>, Failure> {
        let Some(traced) = self.traced(socket) else { return Ok(Some(at)) };
        let sock = traced.sock;
        let held = traced.held.iter().map(|held| held.at.call.clone()).collect();
        if !self.feed.has_soon(sock, &at.call, held)? {
            return Ok(Some(at));
        }
        let (begun, thread, watch) = (self.kernel.begun(), self.kernel.thread(), self.kernel.watch());
        if let Some(traced) = self.traced(socket) {
            traced.held.push(Held { at, begun, thread, watch });
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
