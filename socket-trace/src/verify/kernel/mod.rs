//! Tracks the sockets of one process through an strace log, by the order in which the kernel assigns and
//! releases file descriptors.

use std::collections::{HashMap, HashSet};

use socket_tap::event::Addr;

use super::log::{Log, LogError, Step, Tid};
use super::threads::Threads;
pub(super) use socket_call::{DescriptorId, End, SocketCall, WatchId};

mod begin_end;
mod results;
mod socket_call;

/// A call that has begun and not ended.
#[derive(Clone, Copy, Debug)]
struct PendingCall {
    socket: Option<DescriptorId>,
    /// Sequence number of the call among all calls of the log, in the order in which they began.
    begun: u64,
}

#[derive(Debug)]
pub(super) struct Kernel {
    log: Log,
    pid: Tid,
    threads: Threads,
    /// The open sockets, by file descriptor.
    open: HashMap<i32, DescriptorId>,
    /// The sockets that send and receive datagrams.
    datagrams: HashSet<DescriptorId>,
    /// The call in progress of each thread.
    pending: HashMap<Tid, PendingCall>,
    /// For each socket whose handshake is in progress, the address of its peer, if it is known.
    connecting: HashMap<DescriptorId, Option<Addr>>,
    /// Sockets whose creation is not in the log, because the process inherited them.
    found: HashSet<DescriptorId>,
    last: DescriptorId,
    /// Start time of the call that ended last, in nanoseconds since 1970.
    time: Option<u64>,
    /// Sequence number of the call that ended last. Calls are numbered in the order in which they began.
    begun: u64,
    /// Thread that made the call that ended last.
    thread: Tid,
    /// Number of calls of all threads that had begun when the previous call of `thread` ended. `thread`
    /// entered its latest call after that.
    earliest_entry: u64,
    /// For each thread, the number of calls that had begun in all threads when the thread's latest call
    /// ended.
    ended: HashMap<Tid, u64>,
    /// Number of calls of all threads that have begun so far.
    beginnings: u64,
    /// For each thread, its pending watches. A watch waits for the thread's next call, to store the sequence
    /// number of that call.
    watched: HashMap<Tid, Vec<WatchId>>,
    /// For each completed watch, the sequence number of the call that completed it.
    next_begun: HashMap<WatchId, u64>,
    last_watch: WatchId,
    /// Latest start time of a call so far, in nanoseconds since 1970.
    latest: u64,
    /// `true` once a call in the log had an earlier time than the previous call.
    set_back: bool,
    exited: bool,
}

impl Kernel {
    pub(super) fn new(log: Log, pid: Tid) -> Self {
        Self {
            log,
            pid,
            threads: Threads::of(pid),
            open: HashMap::new(),
            datagrams: HashSet::new(),
            pending: HashMap::new(),
            connecting: HashMap::new(),
            found: HashSet::new(),
            last: 0,
            time: None,
            begun: 0,
            thread: pid,
            earliest_entry: 0,
            ended: HashMap::new(),
            beginnings: 0,
            watched: HashMap::new(),
            next_begun: HashMap::new(),
            last_watch: 0,
            latest: 0,
            set_back: false,
            exited: false,
        }
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// Returns the start time of the call that [`next_call`](Self::next_call) returned last, in nanoseconds
    /// since 1970.
    pub(super) fn time(&self) -> Option<u64> {
        self.time
    }

    /// Returns `true` if the system clock was set back while strace wrote the log.
    pub(super) fn was_set_back(&self) -> bool {
        self.set_back
    }

    /// Returns the sequence number of the call that [`next_call`](Self::next_call) returned last. Calls are
    /// numbered in the order in which they began.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Returns the thread that made the call that [`next_call`](Self::next_call) returned last.
    pub(super) fn thread(&self) -> Tid {
        self.thread
    }

    /// Returns the number of calls that had begun in all threads when the previous call of the current thread
    /// ended. The thread entered its latest call after that. The current thread is the one whose call
    /// [`next_call`](Self::next_call) returned last.
    pub(super) fn earliest_entry(&self) -> u64 {
        self.earliest_entry
    }

    /// Starts a watch, which later returns the sequence number of the current thread's next call. The current
    /// thread is the one whose call [`next_call`](Self::next_call) returned last.
    pub(super) fn watch(&mut self) -> WatchId {
        self.last_watch += 1;
        self.watched.entry(self.thread).or_default().push(self.last_watch);
        self.last_watch
    }

    /// Returns the sequence number of the call that completed the watch: the thread's first call after the
    /// watch started. `None` if the thread has made no such call yet.
    pub(super) fn next_begun(&self, watch: WatchId) -> Option<u64> {
        self.next_begun.get(&watch).copied()
    }

    /// Returns `true` if the creation of the socket is not in the log, because the process inherited the
    /// socket.
    pub(super) fn is_found(&self, socket: DescriptorId) -> bool {
        self.found.contains(&socket)
    }

    /// Marks a socket whose creation is not in the log as a datagram socket.
    pub(super) fn mark_datagram(&mut self, socket: DescriptorId) {
        self.datagrams.insert(socket);
    }

    /// Returns the next call on a socket; `None` at the end of the log.
    pub(super) fn next_call(&mut self) -> Result<Option<SocketCall>, LogError> {
        while let Some(step) = self.log.next_step()? {
            let call = match step {
                Step::Begins(call) => self.begins(&call).map(|()| None),
                Step::Ends(call, outcome) => self.ends(&call, &outcome),
                Step::Exits(tid) => {
                    self.pending.remove(&tid);
                    self.exited |= tid == self.pid;
                    Ok(None)
                }
            };
            if let Some(call) = call.map_err(|message| self.log.error(message))? {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }

    /// Returns the reason why the log is incomplete, if it is. Valid at the end of the log.
    pub(super) fn defect(&self) -> Option<String> {
        let (source, pid) = (self.log.source(), self.pid);
        if !self.threads.has_process() {
            return Some(format!(
                "{source} has no process {pid}, which recorded the trace; use the log of the same run"
            ));
        }
        (!self.exited).then(|| {
            format!(
                "{source} ends before process {pid} does: the log was cut short, or strace is still running"
            )
        })
    }
}
