//! When a socket was adopted: the trace has no call for it, so the log is searched for the traces that it leaves.
//!
//! A tap that adopts a socket asks it for its addresses first, with `getsockname(2)` and, unless it is a listener,
//! `getpeername(2)`. The adoption comes after these and before the next call on the descriptor. A program may ask for
//! the addresses, too, so there can be several such moments:
//!
//! - Those that the time stamps exclude are out.
//! - Of the others the first is taken. If every call from there on is in the trace, the trace is exact whichever moment
//!   it was: it has all that the kernel saw after it.
//! - If not, and there was another moment, it cannot be decided whether a call is missing or came before the adoption.

use std::collections::{BTreeSet, HashMap, VecDeque};

use socket_tap::event::{Addr, Event, Op, SockId};

use super::address;
use super::clock::Clock;
use super::kernel::End;

/// The result of asking a socket for an address.
#[derive(Clone, Debug, Default)]
enum Answer {
    #[default]
    NotAsked,
    Failed,
    Is(Addr),
}

impl Answer {
    fn fits(&self, trace: Option<&Addr>) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Failed => trace.is_none(),
            Self::Is(kernel) => address::same(Some(kernel), trace),
        }
    }
}

/// The addresses that a descriptor was asked for, with no other call on it in between.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) fd: i32,
    /// When the last was asked for.
    time: Option<u64>,
    local: Answer,
    peer: Answer,
}

impl Names {
    pub(super) fn of(fd: i32) -> Self {
        Self { fd, time: None, local: Answer::NotAsked, peer: Answer::NotAsked }
    }

    pub(super) fn learn(&mut self, end: End, address: Option<Addr>, time: Option<u64>) {
        let answer = address.map_or(Answer::Failed, Answer::Is);
        *(if end == End::Local { &mut self.local } else { &mut self.peer }) = answer;
        self.time = time;
    }

    fn fit(&self, adopted: &Adopted) -> bool {
        let peer = adopted.kind == "listener" || self.peer.fits(adopted.peer.as_ref());
        peer && self.local.fits(adopted.local.as_ref())
    }
}

/// A socket that the trace says was adopted.
#[derive(Clone, Debug)]
pub(super) struct Adopted {
    pub(super) sock: SockId,
    pub(super) fd: i32,
    kind: String,
    local: Option<Addr>,
    peer: Option<Addr>,
    t: u64,
}

impl Adopted {
    pub(super) fn sends_datagrams(&self) -> bool {
        self.kind == "datagram"
    }

    /// The end line does not count it as open.
    pub(super) fn may_outlive_the_recording(&self) -> bool {
        self.kind != "stream"
    }
}

#[derive(Debug, Default)]
pub(super) struct Adoptions {
    /// Those that are not found in the log so far, by file descriptor.
    waiting: HashMap<i32, VecDeque<Adopted>>,
    /// Those that are, while there may be another moment for them.
    found: HashMap<i32, Vec<Adopted>>,
    /// Those for which there was another moment.
    unsure: BTreeSet<(SockId, i32)>,
}

impl Adoptions {
    /// Takes an event of the trace in.
    pub(super) fn read(&mut self, event: &Event) {
        let (Op::Adopt { fd: Some(fd), kind, local, peer, .. }, Some(sock)) = (&event.op, event.sock) else {
            return;
        };
        let (kind, local, peer) = (kind.to_string(), local.clone(), peer.clone());
        let adopted = Adopted { sock, fd: *fd, kind, local, peer, t: event.t };
        self.waiting.entry(*fd).or_default().push_back(adopted);
    }

    /// The first that goes with these names, left where it is.
    pub(super) fn first(&self, names: &Names) -> Option<&Adopted> {
        self.waiting.get(&names.fd)?.iter().find(|adopted| names.fit(adopted))
    }

    /// Takes the socket that was adopted between these names and the next call, at `until`. `None` when more of the trace
    /// must be read to know, `Some(None)` when it is none.
    pub(super) fn claim(
        &mut self,
        names: &Names,
        until: Option<u64>,
        clock: &mut Clock,
    ) -> Option<Option<Adopted>> {
        let waiting = self.waiting.get_mut(&names.fd)?;
        let fits = |adopted: &Adopted, clock: &mut Clock| {
            names.fit(adopted) && !clock.is_before(adopted.t, names.time)
        };
        let at = waiting.iter().position(|adopted| fits(adopted, clock))?;
        if waiting.get(at).is_some_and(|adopted| clock.is_after(adopted.t, until)) {
            return Some(None);
        }
        let adopted = waiting.remove(at)?;
        self.found.entry(names.fd).or_default().push(adopted.clone());
        Some(Some(adopted))
    }

    /// Marks the adoptions that may have been after these names instead.
    pub(super) fn doubt(&mut self, names: &Names, clock: &mut Clock) {
        for adopted in self.found.get(&names.fd).into_iter().flatten() {
            if names.fit(adopted) && !clock.is_before(adopted.t, names.time) {
                self.unsure.insert((adopted.sock, adopted.fd));
            }
        }
    }

    /// All of the socket's calls are in both: whichever moment it was, the trace is right.
    pub(super) fn is_exact(&mut self, sock: SockId, fd: i32) {
        if let Some(found) = self.found.get_mut(&fd) {
            found.retain(|adopted| adopted.sock != sock);
        }
    }

    /// Those that were not found in the log.
    pub(super) fn not_found(&self) -> BTreeSet<(SockId, i32)> {
        self.waiting.values().flatten().map(|adopted| (adopted.sock, adopted.fd)).collect()
    }

    /// Those for which there was more than one moment.
    pub(super) fn unsure(&self) -> &BTreeSet<(SockId, i32)> {
        &self.unsure
    }
}
