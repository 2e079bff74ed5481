//! Assigns a call of the kernel to a socket of the trace.

use super::super::call::{CallKind, LocatedCall};
use super::super::failure::Failure;
use super::super::followed::Followed;
use super::super::kernel::DescriptorId;
use super::Check;

impl Check {
    /// Processes a call in the log on any socket, whether or not the trace contains the socket.
    pub(super) fn called(&mut self, socket: DescriptorId, at: LocatedCall) -> Result<(), Failure> {
        match self.followed.get_mut(&socket) {
            None => {
                self.untraced(socket, at.call.closes());
                Ok(())
            }
            Some(Followed::Created { fd, calls }) => {
                let identifies = matches!(at.call.kind, CallKind::Bind { .. } | CallKind::Connect { .. });
                let (fd, closes) = (*fd, at.call.closes());
                calls.push(at);
                if identifies || closes { self.identify(socket, fd) } else { Ok(()) }
            }
            Some(Followed::Traced(_)) => self.compare(socket, at),
        }
    }

    fn untraced(&mut self, socket: DescriptorId, closes: bool) {
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

    pub(super) fn through_copy(&mut self, socket: DescriptorId) {
        if let Some(sock) = self.copies.get(&socket) {
            *self.through_copies.entry(*sock).or_default() += 1;
        }
    }

    /// Finds the socket of the trace that corresponds to `socket` in the log. Called at the first bind,
    /// connect or close of `socket`.
    fn identify(&mut self, socket: DescriptorId, fd: i32) -> Result<(), Failure> {
        let Some(Followed::Created { calls, .. }) = self.followed.remove(&socket) else { return Ok(()) };
        let last = calls.last().map(|at| &at.call).filter(|call| !call.closes());
        let times = (calls.first().and_then(|at| at.time), calls.last().and_then(|at| at.time));
        let Some(sock) = self.trace_calls.created(fd, last, times, &mut self.clock)? else { return Ok(()) };
        self.start_tracing(socket, sock, fd);
        calls.into_iter().try_for_each(|at| self.compare(socket, at))
    }
}
