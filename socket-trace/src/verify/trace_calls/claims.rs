//! Finds the socket of the trace that corresponds to a socket of the kernel.

use socket_tap::event::{Addr, SockId};

use super::super::address;
use super::super::adoption::{Adopted, Names};
use super::super::call::{Call, CallKind};
use super::super::clock::Clock;
use super::TraceCalls;
use super::origin::{Found, Origin};
use crate::reader::Error;

/// First use of a new socket: bind or connect. A socket of the log matches a socket of the trace only if both
/// have the same use and address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Bind,
    Connect,
    Neither,
}

impl TraceCalls {
    /// Returns the socket that, according to the trace, the listener `on` accepted from `peer`, with the file
    /// descriptor `fd`. `None` if the trace has no such socket.
    pub(in crate::verify) fn accepted(
        &mut self,
        on: SockId,
        fd: i32,
        peer: Option<&Addr>,
    ) -> Result<Option<SockId>, Error> {
        loop {
            let is = |origin: &Origin, any_peer: bool| match origin {
                Origin::Accepted { on: its_listener, fd: its_fd, peer: its_peer } => {
                    *its_listener == on
                        && *its_fd == Some(fd)
                        && (any_peer || address::same(peer, its_peer.as_ref()))
                }
                Origin::Created { .. } => false,
            };
            if let Some(at) = self.unclaimed.iter().position(|(_, origin)| is(origin, false)) {
                return Ok(Some(self.unclaimed.remove(at).0));
            }
            // A descriptor belongs to one socket at a time: if the trace has it with another peer, it has no matching
            // event.
            if self.unclaimed.iter().any(|(_, origin)| is(origin, true)) || !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Returns the socket of the trace that was created with the file descriptor `fd` and then bound or
    /// connected by the call `then`. `then` is `None` if the kernel's socket was closed before any such call.
    ///
    /// `since` is the time in the log at which the kernel created the socket, and `until` the time at which
    /// it was bound, connected or closed.
    pub(in crate::verify) fn created(
        &mut self,
        fd: i32,
        then: Option<&Call>,
        (since, until): (Option<u64>, Option<u64>),
        clock: &mut Clock,
    ) -> Result<Option<SockId>, Error> {
        let origin = Origin::Created { fd: Some(fd) };
        loop {
            let mut past = false;
            for at in 0..self.unclaimed.len() {
                let (sock, its) = &self.unclaimed[at];
                if *its != origin {
                    continue;
                }
                let sock = *sock;
                let Some(calls) = self.waiting.get(&sock) else { continue };
                let identifies = |call: &&Call| purpose(call) != Purpose::Neither || call.closes();
                let Some(recorded) = calls.iter().map(|at| &at.call).find(identifies) else { continue };
                past = true;
                let t = calls.front().and_then(|at| at.time).unwrap_or_default();
                if is_first_use(then, recorded) && !clock.is_after(t, until) {
                    let found = Found { sock, t, recorded: recorded.clone() };
                    self.found.entry(fd).or_default().push(found);
                    self.unclaimed.remove(at);
                    return Ok(Some(sock));
                }
            }
            if past || !self.read()? {
                break;
            }
        }
        // A socket found earlier may have been matched to this one by mistake.
        for found in self.found.get(&fd).into_iter().flatten() {
            if is_first_use(then, &found.recorded) && !clock.is_before(found.t, since) {
                self.ambiguous.insert((found.sock, fd));
            }
        }
        Ok(None)
    }

    /// Excludes a socket from the search for ambiguous matches. Called once all calls of the socket have
    /// matched, which proves that it is the right socket.
    pub(in crate::verify) fn mark_exact(&mut self, sock: SockId, fd: i32) {
        self.adoptions.mark_exact(sock, fd);
        if let Some(found) = self.found.get_mut(&fd) {
            found.retain(|found| found.sock != sock);
        }
    }

    /// Returns the socket of the trace that the tap adopted after the address queries `names`, which returned
    /// its addresses. The adoption must precede `until`, the time at which the next call on the socket began.
    pub(in crate::verify) fn adopted(
        &mut self,
        names: &Names,
        until: Option<u64>,
        clock: &mut Clock,
    ) -> Result<Option<Adopted>, Error> {
        loop {
            if let Some(found) = self.adoptions.take_match(names, until, clock) {
                return Ok(found);
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Returns `true` if the next socket with the addresses `names` that the tap adopts, according to the
    /// trace, is a datagram socket.
    pub(in crate::verify) fn is_datagram(&mut self, names: &Names) -> Result<bool, Error> {
        loop {
            if let Some(adopted) = self.adoptions.first(names) {
                return Ok(adopted.sends_datagrams());
            }
            if !self.read()? {
                return Ok(false);
            }
        }
    }
}

fn purpose(call: &Call) -> Purpose {
    match call.kind {
        CallKind::Bind { .. } => Purpose::Bind,
        CallKind::Connect { .. } => Purpose::Connect,
        _ => Purpose::Neither,
    }
}

/// Returns `true` if `kernel` in the log and `trace` in the trace are the same first use of a socket: both
/// bind it, or both connect it, and the addresses are equal. `kernel` is `None` if the log closes the socket
/// unused; `trace` must then be a close.
fn is_first_use(kernel: Option<&Call>, trace: &Call) -> bool {
    match kernel {
        Some(kernel) => purpose(kernel) == purpose(trace) && same_place(kernel, trace),
        None => trace.closes(),
    }
}

/// Returns `true` if both calls have the same arguments, such as the address. Their results may differ.
fn same_place(kernel: &Call, trace: &Call) -> bool {
    Call::succeeded(kernel.kind.clone()).matches_recorded(&Call::succeeded(trace.kind.clone()))
}
