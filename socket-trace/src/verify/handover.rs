//! Sockets that change hands: the tap adopts one that it did not make, or gives one away.

use socket_tap::event::Addr;

use super::adoption::Names;
use super::call::{At, What};
use super::check::Check;
use super::failure::Failure;
use super::followed::Released;
use super::kernel::{End, Kid};

impl Check {
    /// Somebody asked a socket for its address. The tap does as it adopts it.
    pub(super) fn named(
        &mut self,
        socket: Kid,
        fd: i32,
        end: End,
        address: Option<Addr>,
    ) -> Result<(), Failure> {
        let names = self.names.entry(socket).or_insert_with(|| Names::of(fd));
        names.learn(end, address, self.kernel.time());
        // The log has no `socket(2)` that says how its calls are to be read.
        if self.kernel.is_found(socket) && self.feed.is_datagram(names)? {
            self.kernel.sends_datagrams(socket);
        }
        Ok(())
    }

    /// A call on a socket begins at `until`: decides whether it was adopted since it was last asked for its addresses.
    pub(super) fn decide(&mut self, socket: Kid, until: Option<u64>) -> Result<(), Failure> {
        let Some(names) = self.names.remove(&socket) else { return Ok(()) };
        if let Some(traced) = self.traced(socket).filter(|traced| traced.sampled && traced.differs.is_none())
        {
            let sock = traced.sock;
            let told = self.feed.peek(sock)?.map(|told| &told.call.what);
            if matches!(told, Some(What::Release { .. })) {
                self.released(socket);
            }
        }
        if self.traced(socket).is_none()
            && let Some(adopted) = self.feed.adopted(&names, until, &mut self.clock)?
        {
            self.traces(socket, adopted.sock, adopted.fd);
            if let Some(traced) = self.traced(socket) {
                traced.outlives = adopted.may_outlive_the_recording();
            }
            return Ok(());
        }
        self.feed.adoptions.doubt(&names, &mut self.clock);
        Ok(())
    }

    /// The trace has no more of a socket than its release: decides whether the kernel saw a call before or after it.
    ///
    /// A tap asks a stream for `TCP_INFO` as it gives it away.
    pub(super) fn after_release(&mut self, socket: Kid, at: At, release: &At) {
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd, sampled) = (traced.sock, traced.fd, traced.sampled);
        let needs_sample = matches!(release.call.what, What::Release { sampled: true });
        let t = release.time.unwrap_or_default();
        if self.clock.is_after(t, at.time) || (needs_sample && !sampled) {
            return self.differs(socket, Some(at));
        }
        if !sampled && !self.clock.is_before(t, at.time) {
            self.released_unseen.insert((sock, fd));
        }
        self.released(socket);
        if let Some(released) = self.released.get_mut(&socket) {
            released.used = true;
        }
    }

    /// Somebody asked for `TCP_INFO`. The tap does as it closes or releases a stream.
    pub(super) fn sampled(&mut self, socket: Kid) {
        if let Some(traced) = self.traced(socket) {
            traced.sampled = true;
        }
        let Some(Released { sock, fd, t, used: true }) = self.released.get(&socket).copied() else { return };
        // The calls before this one may have come before the release.
        if !self.clock.is_before(t.unwrap_or_default(), self.kernel.time()) {
            self.released_unseen.insert((sock, fd));
        }
    }

    /// What the kernel sees on it from here on is not the trace's.
    pub(super) fn released(&mut self, socket: Kid) {
        let Some(traced) = self.traced(socket) else { return };
        let (sock, fd) = (traced.sock, traced.fd);
        self.calls += 1;
        let t = self.feed.take(sock).and_then(|release| release.time);
        self.feed.forget(sock, true);
        self.feed.is_exact(sock, fd);
        self.followed.remove(&socket);
        self.released.insert(socket, Released { sock, fd, t, used: false });
    }
}
