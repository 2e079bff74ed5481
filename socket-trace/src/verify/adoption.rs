//! Finds the adoptions of sockets in an strace log. The log has no call for an adoption, so its time is
//! inferred from the calls around it.
//!
//! A tap that adopts a socket first queries its addresses, with `getsockname(2)` and, unless it is a
//! listener, `getpeername(2)`. The adoption happens after these calls and before the next call on the
//! descriptor. The program itself can also query the addresses, so there can be several candidate times:
//!
//! - Candidates excluded by time stamps are discarded.
//! - The earliest remaining candidate is chosen. If the trace has every call after it, the trace is exact: it then
//!   also has every call after a later candidate.
//! - If the trace lacks a call and there is a later candidate, the result is inconclusive: the missing call
//!   possibly preceded the adoption.

use std::collections::{BTreeSet, HashMap, VecDeque};

use socket_tap::event::{Addr, Event, Op, SockId};

use super::address;
use super::clock::Clock;
use super::kernel::End;

/// Result of `getsockname` or `getpeername` on a descriptor.
#[derive(Clone, Debug, Default)]
enum QueryResult {
    #[default]
    NotQueried,
    Failed,
    Address(Addr),
}

impl QueryResult {
    fn matches(&self, trace: Option<&Addr>) -> bool {
        match self {
            Self::NotQueried => false,
            Self::Failed => trace.is_none(),
            Self::Address(kernel) => address::same(Some(kernel), trace),
        }
    }
}

/// The addresses that the latest `getsockname` and `getpeername` calls on a descriptor returned. They are
/// kept until any other call on the descriptor.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) fd: i32,
    /// Time of the last query of an address, in nanoseconds since 1970.
    time: Option<u64>,
    local: QueryResult,
    peer: QueryResult,
}

impl Names {
    pub(super) fn of(fd: i32) -> Self {
        Self { fd, time: None, local: QueryResult::NotQueried, peer: QueryResult::NotQueried }
    }

    pub(super) fn record(&mut self, end: End, address: Option<Addr>, time: Option<u64>) {
        let result = address.map_or(QueryResult::Failed, QueryResult::Address);
        *(if end == End::Local { &mut self.local } else { &mut self.peer }) = result;
        self.time = time;
    }

    fn matches(&self, adopted: &Adopted) -> bool {
        let peer = adopted.kind == "listener" || self.peer.matches(adopted.peer.as_ref());
        peer && self.local.matches(adopted.local.as_ref())
    }
}

/// A socket that the tap adopted, according to the trace.
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

    /// Returns `true` for a listener or a datagram socket. If such a socket is still open when the recording
    /// ends, the trace's end line does not count it: the end line counts only streams.
    pub(super) fn may_outlive_the_recording(&self) -> bool {
        self.kind != "stream"
    }
}

#[derive(Debug, Default)]
pub(super) struct Adoptions {
    /// Adoptions in the trace that have not been found in the log yet, by file descriptor.
    waiting: HashMap<i32, VecDeque<Adopted>>,
    /// Adoptions that were matched to an address query in the log, by file descriptor. They are kept because
    /// the match may be wrong: the tap may have made a later query of the same addresses.
    found: HashMap<i32, Vec<Adopted>>,
    /// Socket number and file descriptor of each socket whose adoption has several possible times in the log.
    ambiguous: BTreeSet<(SockId, i32)>,
}

impl Adoptions {
    /// Processes an event of the trace. An adoption is kept until it is found in the log.
    pub(super) fn read(&mut self, event: &Event) {
        let (Op::Adopt { fd: Some(fd), kind, local, peer, .. }, Some(sock)) = (&event.op, event.sock) else {
            return;
        };
        let (kind, local, peer) = (kind.to_string(), local.clone(), peer.clone());
        let adopted = Adopted { sock, fd: *fd, kind, local, peer, t: event.t };
        self.waiting.entry(*fd).or_default().push_back(adopted);
    }

    /// Returns the first adoption of a socket with the addresses `names` that has not been found in the log
    /// yet. Does not remove it.
    pub(super) fn first(&self, names: &Names) -> Option<&Adopted> {
        self.waiting.get(&names.fd)?.iter().find(|adopted| names.matches(adopted))
    }

    /// Finds the adoption that happened after the address queries `names`, and before `until`, when the next
    /// call on the descriptor began. Removes and returns it. `None` means that more of the trace must be
    /// read. `Some(None)` means that the socket was not adopted between these times.
    pub(super) fn take_match(
        &mut self,
        names: &Names,
        until: Option<u64>,
        clock: &mut Clock,
    ) -> Option<Option<Adopted>> {
        let waiting = self.waiting.get_mut(&names.fd)?;
        let matches = |adopted: &Adopted, clock: &mut Clock| {
            names.matches(adopted) && !clock.is_before(adopted.t, names.time)
        };
        let at = waiting.iter().position(|adopted| matches(adopted, clock))?;
        if waiting.get(at).is_some_and(|adopted| clock.is_after(adopted.t, until)) {
            return Some(None);
        }
        let adopted = waiting.remove(at)?;
        self.found.entry(names.fd).or_default().push(adopted.clone());
        Some(Some(adopted))
    }

    /// Marks as ambiguous each adoption that was matched to earlier address queries, but may also have
    /// happened after the queries `names`.
    pub(super) fn mark_ambiguous(&mut self, names: &Names, clock: &mut Clock) {
        for adopted in self.found.get(&names.fd).into_iter().flatten() {
            if names.matches(adopted) && !clock.is_before(adopted.t, names.time) {
                self.ambiguous.insert((adopted.sock, adopted.fd));
            }
        }
    }

    /// Excludes a socket from [`mark_ambiguous`](Self::mark_ambiguous). Called once all calls of the socket
    /// have matched: the time of its adoption then makes no difference.
    pub(super) fn mark_exact(&mut self, sock: SockId, fd: i32) {
        if let Some(found) = self.found.get_mut(&fd) {
            found.retain(|adopted| adopted.sock != sock);
        }
    }

    /// Returns the socket number and file descriptor of each adoption that was not found in the log.
    pub(super) fn not_found(&self) -> BTreeSet<(SockId, i32)> {
        self.waiting.values().flatten().map(|adopted| (adopted.sock, adopted.fd)).collect()
    }

    /// Returns the socket number and file descriptor of each adoption that has several possible times in the
    /// log.
    pub(super) fn ambiguous(&self) -> &BTreeSet<(SockId, i32)> {
        &self.ambiguous
    }
}
