//! Matches concurrent calls of several threads on one socket.
//!
//! When several threads call on one socket, the trace may list their calls in a different order than the
//! kernel executed them. Each recorded time only bounds the time of the system call. For a sending call, the
//! recorded time is after the thread's previous call and before the system call. For any other call, it is
//! after the system call and before the thread's next call. If every call can have a time within its bounds
//! such that the calls are in the order of the trace, this order is accepted. Otherwise it is a difference.

use super::call::{Call, CallKind, LocatedCall};
use super::check::Check;
use super::failure::Failure;
use super::followed::{Followed, Held};
use super::kernel::DescriptorId;

impl Call {
    /// Returns `true` for a sending call, which is recorded with the time of its entry instead of its return.
    fn has_entry_time(&self) -> bool {
        matches!(self.kind, CallKind::SendTo { .. } | CallKind::Write { .. } | CallKind::Shutdown)
            && self.result.is_ok()
    }

    /// Returns `true` if two tasks can make this call and the call `other` on one socket at the same time,
    /// such as a read and a write.
    pub(super) fn may_overlap(&self, other: &Self) -> bool {
        use CallKind::{Read, RecvFrom, SendTo, Shutdown, Write};
        matches!(
            (&self.kind, &other.kind),
            (Read { .. }, Write { .. } | Shutdown)
                | (Write { .. } | Shutdown, Read { .. })
                | (SendTo { .. } | RecvFrom { .. }, SendTo { .. } | RecvFrom { .. })
        )
    }
}

impl Check {
    /// Returns `true` if `call` can have happened before all calls in `Traced::held` of the socket, although
    /// those ended earlier in the log.
    pub(super) fn may_precede_held(&self, socket: DescriptorId, call: &Call) -> bool {
        let Some(Followed::Traced(traced)) = self.followed.get(&socket) else { return true };
        traced.held.iter().all(|held| self.may_precede(call, held))
    }

    fn may_precede(&self, call: &Call, held: &Held) -> bool {
        match (call.has_entry_time(), held.at.call.has_entry_time()) {
            // The call had not returned when the held one was entered.
            (false, true) => false,
            (true, true) => self.kernel.earliest_entry() < held.begun,
            // A thread records a call before it enters the next one.
            (_, false) if self.kernel.thread() == held.thread => false,
            (sends, false) => {
                let earliest = if sends { self.kernel.earliest_entry() } else { self.kernel.begun() };
                self.kernel.next_begun(held.watch).is_none_or(|next| next > earliest)
            }
        }
    }

    /// Stores a call of the log in `Traced::held` if the trace contains it a few calls later. Otherwise
    /// returns the call.
    pub(super) fn hold(
        &mut self,
        socket: DescriptorId,
        at: LocatedCall,
    ) -> Result<Option<LocatedCall>, Failure> {
        let Some(traced) = self.traced(socket) else { return Ok(Some(at)) };
        let sock = traced.sock;
        let held = traced.held.iter().map(|held| held.at.call.clone()).collect();
        if !self.trace_calls.has_soon(sock, &at.call, held)? {
            return Ok(Some(at));
        }
        let (begun, thread, watch) = (self.kernel.begun(), self.kernel.thread(), self.kernel.watch());
        if let Some(traced) = self.traced(socket) {
            traced.held.push(Held { at, begun, thread, watch });
        }
        Ok(None)
    }

    /// Compares the calls in `Traced::held`, which [`hold`](Self::hold) has stored, with the next calls of
    /// the trace.
    pub(super) fn compare_held(&mut self, socket: DescriptorId) -> Result<(), Failure> {
        loop {
            let Some(traced) = self.traced(socket).filter(|traced| !traced.held.is_empty()) else {
                return Ok(());
            };
            let sock = traced.sock;
            let Some(recorded) = self.trace_calls.peek(sock)?.cloned() else { return Ok(()) };
            let Some(traced) = self.traced(socket) else { return Ok(()) };
            let Some(next) =
                traced.held.iter().position(|held| held.at.call.matches_recorded(&recorded.call))
            else {
                return Ok(());
            };
            let held = traced.held.remove(next);
            self.matched(socket, held.at, &recorded);
        }
    }
}
