//! What the kernel saw: follows each socket of one process through a log, by the order in which the kernel gives and
//! takes back file descriptors.

use std::collections::{HashMap, HashSet};

use socket_tap::event::Addr;

use super::address::address;
use super::log::{Log, LogError, Step, Syscall, Tid};
use super::syscall::{self, Outcome};
use super::threads::Threads;
pub(super) use seen::{End, Kid, Seen, Watch};

mod results;
mod seen;

/// A call that has begun.
#[derive(Clone, Copy, Debug)]
struct About {
    socket: Option<Kid>,
    /// Its place among the beginnings of calls.
    begun: u64,
}

#[derive(Debug)]
pub(super) struct Kernel {
    log: Log,
    pid: Tid,
    threads: Threads,
    /// Open sockets by file descriptor.
    open: HashMap<i32, Kid>,
    /// Those of them that send datagrams.
    datagrams: HashSet<Kid>,
    /// The socket that a call that has begun is about.
    about: HashMap<Tid, About>,
    /// Connections whose handshake goes on.
    connecting: HashMap<Kid, Option<Addr>>,
    /// Sockets whose making is not in the log.
    found: HashSet<Kid>,
    last: Kid,
    /// Of the call that ended last: when it began, its place among the beginnings, and its thread.
    time: Option<u64>,
    begun: u64,
    thread: Tid,
    /// How many calls had begun when its thread's call before it ended.
    free: u64,
    /// The same of each thread's latest call.
    ended: HashMap<Tid, u64>,
    /// How many calls have begun.
    beginnings: u64,
    /// What is watched, by the thread that must go on, and then the place of the call with which it did.
    watched: HashMap<Tid, Vec<Watch>>,
    went_on: HashMap<Watch, u64>,
    watches: Watch,
    /// The latest time of a call, and whether one was earlier than the one before.
    latest: u64,
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
            about: HashMap::new(),
            connecting: HashMap::new(),
            found: HashSet::new(),
            last: 0,
            time: None,
            begun: 0,
            thread: pid,
            free: 0,
            ended: HashMap::new(),
            beginnings: 0,
            watched: HashMap::new(),
            went_on: HashMap::new(),
            watches: 0,
            latest: 0,
            set_back: false,
            exited: false,
        }
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// When the call began that [`next_call`](Self::next_call) returned last: nanoseconds since the epoch.
    pub(super) fn time(&self) -> Option<u64> {
        self.time
    }

    /// Returns whether the clock of the log was set back.
    pub(super) fn was_set_back(&self) -> bool {
        self.set_back
    }

    /// Its place among the beginnings of calls.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// The thread that made it.
    pub(super) fn thread(&self) -> Tid {
        self.thread
    }

    /// The number of calls that had begun when its thread's previous call ended. It was entered after that.
    pub(super) fn free(&self) -> u64 {
        self.free
    }

    /// Watches for the next call that the thread of this one begins.
    pub(super) fn watch(&mut self) -> Watch {
        self.watches += 1;
        self.watched.entry(self.thread).or_default().push(self.watches);
        self.watches
    }

    /// The place of the call that the thread began next; `None` when it has begun none.
    pub(super) fn went_on(&self, watch: Watch) -> Option<u64> {
        self.went_on.get(&watch).copied()
    }

    /// Returns whether the making of a socket is not in the log: the process was given it.
    pub(super) fn is_found(&self, socket: Kid) -> bool {
        self.found.contains(&socket)
    }

    /// Says that a socket whose making is not in the log sends datagrams.
    pub(super) fn sends_datagrams(&mut self, socket: Kid) {
        self.datagrams.insert(socket);
    }

    /// The next call on a socket, and the line on which it ended; `None` at the end of the log.
    pub(super) fn next_call(&mut self) -> Result<Option<Seen>, LogError> {
        while let Some(step) = self.log.next_step()? {
            let seen = match step {
                Step::Begins(call) => self.begins(&call).map(|()| None),
                Step::Ends(call, outcome) => self.ends(&call, &outcome),
                Step::Exits(tid) => {
                    self.about.remove(&tid);
                    self.exited |= tid == self.pid;
                    Ok(None)
                }
            };
            if let Some(seen) = seen.map_err(|what| self.log.error(what))? {
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    /// Why the log does not show all that the process did; ask at its end.
    pub(super) fn doubt(&self) -> Option<String> {
        let (source, pid) = (self.log.source(), self.pid);
        if !self.threads.seen() {
            return Some(format!(
                "{source} has no process {pid}, which recorded the trace: is it of another run?"
            ));
        }
        (!self.exited).then(|| {
            format!("{source} ends before process {pid} does: it was cut short, or strace is still running")
        })
    }

    fn begins(&mut self, call: &Syscall) -> Result<(), String> {
        if !self.threads.begins(call)? {
            return Ok(());
        }
        self.beginnings += 1;
        if let Some(time) = call.time {
            self.set_back |= time < self.latest;
            self.latest = time;
        }
        for watch in self.watched.remove(&call.tid).unwrap_or_default() {
            self.went_on.insert(watch, self.beginnings);
        }
        let arguments = syscall::arguments(&call.arguments);
        let descriptor = |at: usize| arguments.get(at).and_then(|text| syscall::descriptor(text));
        let open = |fd: Option<i32>| self.open.get(&fd?).copied();
        // A close takes the number back when it begins: before it is seen to end, another socket may have it.
        let socket = match call.name.as_str() {
            "socket" => None,
            "close" => descriptor(0).and_then(|fd| self.open.remove(&fd)),
            "close_range" => return self.closes_range(&arguments),
            // From a pipe into a socket, or the other way.
            "splice" => open(descriptor(0)).or_else(|| open(descriptor(2))),
            "dup2" | "dup3" if descriptor(0) != descriptor(1) && open(descriptor(1)).is_some() => {
                return Err(format!("{} closes a socket: it cannot be followed further", call.name));
            }
            _ => open(descriptor(0)),
        };
        self.about.insert(call.tid, About { socket, begun: self.beginnings });
        Ok(())
    }

    /// Nothing that uses tokio's sockets closes them like this.
    fn closes_range(&self, arguments: &[&str]) -> Result<(), String> {
        let bound = |at: usize, otherwise| {
            arguments.get(at).and_then(|text| text.parse::<i32>().ok()).unwrap_or(otherwise)
        };
        let (first, last) = (bound(0, 0), bound(1, i32::MAX));
        match self.open.keys().find(|fd| (first..=last).contains(fd)) {
            Some(fd) => Err(format!("close_range takes a socket, fd {fd}: it cannot be followed further")),
            None => Ok(()),
        }
    }

    fn ends(&mut self, call: &Syscall, outcome: &Outcome) -> Result<Option<Seen>, String> {
        self.threads.ends(call, outcome)?;
        // Absent when another process called.
        let Some(about) = self.about.remove(&call.tid) else { return Ok(None) };
        if matches!(outcome, Outcome::Restarted | Outcome::Never) {
            return Ok(None);
        }
        (self.time, self.begun, self.thread) = (call.time, about.begun, call.tid);
        self.free = self.ended.insert(call.tid, self.beginnings).unwrap_or(0);
        let arguments = syscall::arguments(&call.arguments);
        match (call.name.as_str(), about.socket) {
            ("socket", _) => self.made(&arguments, outcome),
            ("getsockname", about) => self.named(about, End::Local, &arguments, outcome),
            ("getpeername", about) => self.named(about, End::Peer, &arguments, outcome),
            (_, None) => Ok(None),
            ("accept" | "accept4", Some(listener)) if matches!(outcome, Outcome::Value(_)) => {
                let peer = arguments.get(1).and_then(|text| address(text));
                let (socket, fd) = self.opens(outcome)?;
                Ok(Some(Seen::Accepted { listener, socket, fd, peer }))
            }
            ("dup" | "dup2" | "dup3", Some(socket)) => self.duplicated(socket, outcome),
            ("fcntl", Some(socket)) if arguments.get(1).is_some_and(|what| what.starts_with("F_DUPFD")) => {
                self.duplicated(socket, outcome)
            }
            (name, Some(socket)) => self.called(socket, name, &arguments, outcome),
        }
    }
}
