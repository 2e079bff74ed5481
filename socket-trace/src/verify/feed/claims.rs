//! Which socket of the trace is the one that the kernel saw come to be.

use socket_tap::event::{Addr, SockId};

use super::super::address;
use super::super::adoption::{Adopted, Names};
use super::super::call::{Call, What};
use super::super::clock::Clock;
use super::Feed;
use super::origin::{Found, Origin};
use crate::reader::Error;

/// What tells one socket that was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Bind,
    Connect,
    Neither,
}

impl Feed {
    /// The socket that the trace says was accepted like this.
    pub(in crate::verify) fn accepted(
        &mut self,
        on: SockId,
        fd: i32,
        peer: Option<&Addr>,
    ) -> Result<Option<SockId>, Error> {
        loop {
            let is = |origin: &Origin, any_peer: bool| match origin {
                Origin::Accepted { on: its, fd: number, peer: told } => {
                    *its == on && *number == Some(fd) && (any_peer || address::same(peer, told.as_ref()))
                }
                Origin::Made { .. } => false,
            };
            if let Some(at) = self.unclaimed.iter().position(|(_, origin)| is(origin, false)) {
                return Ok(Some(self.unclaimed.remove(at).0));
            }
            // The kernel gives one number to one socket at a time: once the trace has another peer on it, it is past.
            if self.unclaimed.iter().any(|(_, origin)| is(origin, true)) || !self.read()? {
                return Ok(None);
            }
        }
    }

    /// The socket that the trace says was made with this number, and then bound or connected as the kernel saw it.
    ///
    /// The kernel saw it made at `since`, and bound or connected at `until`.
    pub(in crate::verify) fn made(
        &mut self,
        fd: i32,
        then: Option<&Call>,
        (since, until): (Option<u64>, Option<u64>),
        clock: &mut Clock,
    ) -> Result<Option<SockId>, Error> {
        let origin = Origin::Made { fd: Some(fd) };
        loop {
            let mut past = false;
            for at in 0..self.unclaimed.len() {
                let (sock, its) = &self.unclaimed[at];
                if *its != origin {
                    continue;
                }
                let sock = *sock;
                let Some(calls) = self.waiting.get(&sock) else { continue };
                let tells = |call: &&Call| purpose(call) != Purpose::Neither || call.closes();
                let Some(told) = calls.iter().map(|at| &at.call).find(tells) else { continue };
                past = true;
                let t = calls.front().and_then(|at| at.time).unwrap_or_default();
                if is_made_as(then, told) && !clock.is_after(t, until) {
                    let found = Found { sock, t, told: told.clone() };
                    self.found.entry(fd).or_default().push(found);
                    self.unclaimed.remove(at);
                    return Ok(Some(sock));
                }
            }
            if past || !self.read()? {
                break;
            }
        }
        // One that was found before may be this one.
        for found in self.found.get(&fd).into_iter().flatten() {
            if is_made_as(then, &found.told) && !clock.is_before(found.t, since) {
                self.unsure.insert((found.sock, fd));
            }
        }
        Ok(None)
    }

    /// All of the socket's calls are in both: it is the right one.
    pub(in crate::verify) fn is_exact(&mut self, sock: SockId, fd: i32) {
        self.adoptions.is_exact(sock, fd);
        if let Some(found) = self.found.get_mut(&fd) {
            found.retain(|found| found.sock != sock);
        }
    }

    /// The socket that the trace says was adopted with these names, after the kernel was asked for them and before it
    /// saw the next call on the socket, at `until`.
    pub(in crate::verify) fn adopted(
        &mut self,
        names: &Names,
        until: Option<u64>,
        clock: &mut Clock,
    ) -> Result<Option<Adopted>, Error> {
        loop {
            if let Some(found) = self.adoptions.claim(names, until, clock) {
                return Ok(found);
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// Returns whether the trace has a datagram socket, not yet found in the log, that was adopted with these names.
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
    match call.what {
        What::Bind { .. } => Purpose::Bind,
        What::Connect { .. } => Purpose::Connect,
        _ => Purpose::Neither,
    }
}

/// Returns whether the kernel saw a socket bound, connected, or given up before either, as the trace says.
fn is_made_as(kernel: Option<&Call>, trace: &Call) -> bool {
    match kernel {
        Some(kernel) => purpose(kernel) == purpose(trace) && same_place(kernel, trace),
        None => trace.closes(),
    }
}

/// Returns whether both are about one address, also when the call failed.
fn same_place(kernel: &Call, trace: &Call) -> bool {
    Call::done(kernel.what.clone()).is_told_by(&Call::done(trace.what.clone()))
}
