//! Finds the times in an strace log at which the tap starts to record an open socket (adoption), and at which
//! the program takes a socket back from the tap (release).

use socket_tap::event::Addr;

use super::adoption::Names;
use super::call::{CallKind, LocatedCall};
use super::check::Check;
use super::failure::Failure;
use super::followed::Released;
use super::kernel::{DescriptorId, End};

impl Check {
    /// Remembers the result of an address query on a socket (`getsockname` or `getpeername`). The tap makes
    /// these queries when it adopts a socket.
    pub(super) fn address_queried(
        &mut self,
        socket: DescriptorId,
        fd: i32,
        end: End,
        address: Option<Addr>,
    ) -> Result<(), Failure> {
        let names = self.names.entry(socket).or_insert_with(|| Names::of(fd));
        names.record(end, address, self.kernel.time());
        // The log lacks the `socket(2)` call that would identify it as a datagram socket.
        if self.kernel.is_found(socket) && self.trace_calls.is_datagram(names)? {
            self.kernel.mark_datagram(socket);
        }
        Ok(())
    }

    /// Decides whether the tap adopted a socket between the last query of the socket's addresses and `until`,
    /// the time at which the next call on the socket begins.
    pub(super) fn resolve_adoption(
        &mut self,
        socket: DescriptorId,
        until: Option<u64>,
    ) -> Result<(), Failure> {
        let Some(names) = self.names.remove(&socket) else { return Ok(()) };
        if let Some(traced) = self.traced(socket).filter(|traced| traced.sampled && traced.differs.is_none())
        {
            let sock = traced.sock;
            let recorded = self.trace_calls.peek(sock)?.map(|recorded| &recorded.call.kind);
            if matches!(recorded, Some(CallKind::Release { .. })) {
                self.released(socket);
            }
        }
        if self.traced(socket).is_none()
            && let Some(adopted) = self.trace_calls.adopted(&names, until, &mut self.clock)?
        {
            self.start_tracing(socket, adopted.sock, adopted.fd);
            if let Some(traced) = self.traced(socket) {
                traced.outlives = adopted.may_outlive_the_recording();
            }
            return Ok(());
        }
        self.trace_calls.adoptions.mark_ambiguous(&names, &mut self.clock);
        Ok(())
    }

    /// Decides whether the call `at` in the log precedes `release`, the event at which the program took the
    /// socket back from the tap (`into_inner`). This is the socket's last event in the trace. A call that
    /// precedes it is reported as a difference, because the trace lacks the call.
    pub(super) fn after_release(&mut self, socket: DescriptorId, at: LocatedCall, release: &LocatedCall) {
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd, sampled) = (traced.sock, traced.fd, traced.sampled);
        let needs_sample = matches!(release.call.kind, CallKind::Release { sampled: true });
        let t = release.time.unwrap_or_default();
        if self.clock.is_after(t, at.time) || (needs_sample && !sampled) {
            return self.report_difference(socket, Some(at));
        }
        if !sampled && !self.clock.is_before(t, at.time) {
            self.released_unseen.insert((sock, fd));
        }
        self.released(socket);
        if let Some(released) = self.released.get_mut(&socket) {
            released.used = true;
        }
    }

    /// Processes a query of `TCP_INFO` in the log. The tap makes this query when it closes a stream or gives
    /// it back (`into_inner`).
    pub(super) fn sampled(&mut self, socket: DescriptorId) {
        if let Some(traced) = self.traced(socket) {
            traced.sampled = true;
        }
        let Some(Released { sock, fd, t, used: true }) = self.released.get(&socket).copied() else { return };
        // Earlier calls may precede the release.
        if !self.clock.is_before(t.unwrap_or_default(), self.kernel.time()) {
            self.released_unseen.insert((sock, fd));
        }
    }

    /// Stops comparing the calls of a socket, because the program has taken it back from the tap
    /// (`into_inner`).
    pub(super) fn released(&mut self, socket: DescriptorId) {
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd) = (traced.sock, traced.fd);
        self.calls += 1;
        let t = self.trace_calls.take(sock).and_then(|release| release.time);
        self.trace_calls.forget(sock, true);
        self.trace_calls.mark_exact(sock, fd);
        self.followed.remove(&socket);
        self.released.insert(socket, Released { sock, fd, t, used: false });
    }
}
