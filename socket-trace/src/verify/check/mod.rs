//! Compares an strace log with a trace, and assigns each call to its socket.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use socket_tap::event::{Addr, SockId};

use super::adoption::Names;
use super::call::{Call, CallKind, LocatedCall};
use super::clock::Clock;
use super::failure::Failure;
use super::followed::{Followed, Released, Traced};
use super::kernel::{DescriptorId, Kernel, SocketCall};
use super::report::{Difference, Hidden};
use super::trace_calls::TraceCalls;
use crate::reader::Ending;

mod calls;
mod compare;

/// A comparison of an strace log with a trace, in progress.
pub(super) struct Check {
    pub(super) kernel: Kernel,
    pub(super) trace_calls: TraceCalls,
    pub(super) clock: Clock,
    pub(super) followed: HashMap<DescriptorId, Followed>,
    /// For each descriptor, the addresses that the latest `getsockname` and `getpeername` calls returned.
    /// They are kept until any other call on the descriptor.
    pub(super) names: HashMap<DescriptorId, Names>,
    /// Duplicates of the file descriptors of traced sockets, made by `dup(2)`, each with the number of its
    /// socket. The tap does not record calls on the duplicates.
    pub(super) copies: HashMap<DescriptorId, SockId>,
    /// For each traced socket, the number of calls through its duplicates.
    pub(super) through_copies: BTreeMap<SockId, u64>,
    pub(super) sockets: u64,
    pub(super) calls: u64,
    pub(super) hidden: Hidden,
    pub(super) differences: Vec<Difference>,
    /// The [`owner`](Difference::owner) of each difference that is counted but not shown.
    pub(super) more_differences: Vec<Option<SockId>>,
    /// Number of calls after the end of the recording, on sockets that were still open when it ended.
    pub(super) after_the_end: u64,
    /// Open sockets that the program has taken back from the tap (`into_inner`). Their calls are no longer
    /// recorded.
    pub(super) released: HashMap<DescriptorId, Released>,
    /// Socket number and file descriptor of each socket that the program took back from the tap
    /// (`into_inner`), if the log does not show when.
    pub(super) released_unseen: BTreeSet<(SockId, i32)>,
}

impl Check {
    pub(super) fn new(kernel: Kernel, trace_calls: TraceCalls) -> Self {
        let clock = Clock::of(trace_calls.trace().header());
        Self {
            kernel,
            trace_calls,
            clock,
            followed: HashMap::new(),
            names: HashMap::new(),
            copies: HashMap::new(),
            through_copies: BTreeMap::new(),
            sockets: 0,
            calls: 0,
            hidden: Hidden::default(),
            differences: Vec::new(),
            more_differences: Vec::new(),
            after_the_end: 0,
            released: HashMap::new(),
            released_unseen: BTreeSet::new(),
        }
    }

    /// Reads the log and the trace to their ends, and compares their calls.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        while let Some(call) = self.kernel.next_call()? {
            let (line, time) = (self.kernel.log().line(), self.kernel.time());
            let at = |call| LocatedCall { line, time, call };
            match call {
                SocketCall::Named { socket, fd, end, address } => {
                    self.address_queried(socket, fd, end, address)?;
                }
                SocketCall::Created { socket, fd, call } => {
                    self.followed.insert(socket, Followed::Created { fd, calls: vec![at(call)] });
                }
                SocketCall::Accepted { listener, socket, fd, peer } => {
                    self.resolve_adoption(listener, time)?;
                    self.accepted(listener, (socket, fd), peer, line)?;
                }
                SocketCall::Called { socket, call } => {
                    self.resolve_adoption(socket, time)?;
                    self.called(socket, at(call))?;
                }
                SocketCall::WouldBlock { socket } => {
                    self.resolve_adoption(socket, time)?;
                    self.hidden.would_block += u64::from(self.traced(socket).is_some());
                }
                SocketCall::ShutdownOfGone { socket } => {
                    self.resolve_adoption(socket, time)?;
                    self.hidden.shutdowns_of_gone += u64::from(self.traced(socket).is_some());
                    self.called(socket, at(Call::succeeded(CallKind::Shutdown)))?;
                }
                SocketCall::Sampled { socket } => {
                    self.resolve_adoption(socket, time)?;
                    self.sampled(socket);
                }
                SocketCall::Duplicated { socket, copy } => {
                    self.resolve_adoption(socket, time)?;
                    if let Some(traced) = self.traced(socket) {
                        let sock = traced.sock;
                        self.copies.insert(copy, sock);
                    }
                }
            }
        }
        self.finish()
    }

    pub(super) fn traced(&mut self, socket: DescriptorId) -> Option<&mut Traced> {
        match self.followed.get_mut(&socket) {
            Some(Followed::Traced(traced)) => Some(traced),
            _ => None,
        }
    }

    fn accepted(
        &mut self,
        listener: DescriptorId,
        (socket, fd): (DescriptorId, i32),
        peer: Option<Addr>,
        line: u64,
    ) -> Result<(), Failure> {
        let Some(traced) = self.traced(listener) else {
            self.through_copy(listener);
            return Ok(());
        };
        let on = traced.sock;
        let found = self.trace_calls.accepted(on, fd, peer.as_ref())?;
        let at =
            LocatedCall { line, time: self.kernel.time(), call: Call::succeeded(CallKind::Accept { peer }) };
        match found {
            Some(sock) => {
                self.start_tracing(socket, sock, fd);
                self.called(socket, at)
            }
            // The recording ended while the listener was still open.
            None if self.is_complete() && !self.trace_calls.closes(on) => {
                self.after_the_end += 1;
                Ok(())
            }
            None => {
                self.add_difference(Difference::new(None, Some(fd), 1).of(on).kernel(at));
                Ok(())
            }
        }
    }

    /// Returns `true` once the trace is read to its end line.
    fn is_complete(&self) -> bool {
        matches!(self.trace_calls.ending(), Some(Ending::Complete(_)))
    }

    pub(super) fn start_tracing(&mut self, socket: DescriptorId, sock: SockId, fd: i32) {
        self.sockets += 1;
        let traced = Traced {
            sock,
            fd,
            position: 0,
            before: VecDeque::new(),
            outlives: false,
            sampled: false,
            held: Vec::new(),
            differs: None,
        };
        self.copies.remove(&socket);
        self.released.remove(&socket);
        self.followed.insert(socket, Followed::Traced(traced));
    }
}
