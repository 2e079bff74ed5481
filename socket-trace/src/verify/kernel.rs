//! What the kernel saw: follows each TCP and UDP socket of one process through a log, by the order in which the kernel gives
//! and takes back file descriptors.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use super::call::{Call, Errno, What};
use super::log::{Log, LogError, Step, Syscall, Tid};
use super::syscall::{self, Outcome};
use super::threads::Threads;

/// One socket of the kernel's: a number that is never used again.
pub(super) type Kid = u64;

/// A call on a socket of the process, as it ended.
#[derive(Debug)]
pub(super) enum Seen {
    /// `socket(2)` made one.
    Made { socket: Kid, fd: i32, call: Call },
    /// `accept(2)` on `listener` made one.
    Accepted { listener: Kid, socket: Kid, fd: i32, peer: Option<SocketAddr> },
    /// Anything else.
    Called { socket: Kid, call: Call },
    /// It would have blocked; tokio waits, and asks again.
    WouldBlock { socket: Kid },
    /// A shutdown of a connection that was gone; tokio says that it is done.
    ShutdownOfGone { socket: Kid },
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
    about: HashMap<Tid, Option<Kid>>,
    /// Connections whose handshake goes on.
    connecting: HashMap<Kid, Option<SocketAddr>>,
    last: Kid,
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
            last: 0,
            exited: false,
        }
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
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
        let fd = syscall::descriptor(&call.arguments);
        // A close takes the number back when it begins: before it is seen to end, another socket may have it.
        let socket = match call.name.as_str() {
            "socket" => None,
            "close" => fd.and_then(|fd| self.open.remove(&fd)),
            "close_range" => return self.closes_range(call),
            // From a pipe into a socket, or the other way.
            "splice" => {
                let ends = syscall::arguments(&call.arguments);
                let ends = [0, 2].map(|at| ends.get(at).and_then(|text| syscall::descriptor(text)));
                ends.into_iter().flatten().find_map(|fd| self.open.get(&fd).copied())
            }
            _ => fd.and_then(|fd| self.open.get(&fd).copied()),
        };
        self.about.insert(call.tid, socket);
        Ok(())
    }

    /// Nothing that uses tokio's sockets closes them like this.
    fn closes_range(&self, call: &Syscall) -> Result<(), String> {
        let arguments = syscall::arguments(&call.arguments);
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
        let arguments = syscall::arguments(&call.arguments);
        match (call.name.as_str(), about) {
            (_, _) if matches!(outcome, Outcome::Restarted | Outcome::Never) => Ok(None),
            ("socket", _) => self.made(&arguments, outcome),
            (_, None) => Ok(None),
            ("accept" | "accept4", Some(listener)) if matches!(outcome, Outcome::Value(_)) => {
                let peer = arguments.get(1).and_then(|text| syscall::address(text));
                let (socket, fd) = self.opens(outcome)?;
                Ok(Some(Seen::Accepted { listener, socket, fd, peer }))
            }
            (_, Some(socket)) => self.called(socket, &call.name, &arguments, outcome),
        }
    }

    fn made(&mut self, arguments: &[&str], outcome: &Outcome) -> Result<Option<Seen>, String> {
        let domain = match arguments.first() {
            Some(&"AF_INET") => "ipv4",
            Some(&"AF_INET6") => "ipv6",
            _ => return Ok(None),
        };
        let is = |wanted| arguments.get(1).is_some_and(|kind| kind.split('|').any(|flag| flag == wanted));
        let kind = match (is("SOCK_STREAM"), is("SOCK_DGRAM")) {
            (true, _) => "stream",
            (_, true) => "datagram",
            _ => return Ok(None),
        };
        if !matches!(outcome, Outcome::Value(_)) {
            return Ok(None);
        }
        let (socket, fd) = self.opens(outcome)?;
        if kind == "datagram" {
            self.datagrams.insert(socket);
        }
        let call = Call::done(What::Socket { domain: domain.to_owned(), kind: kind.to_owned() });
        Ok(Some(Seen::Made { socket, fd, call }))
    }

    /// The kernel gives a file descriptor to a new socket.
    fn opens(&mut self, outcome: &Outcome) -> Result<(Kid, i32), String> {
        let Outcome::Value(value) = outcome else { return Err("a call that failed opens nothing".into()) };
        let fd = i32::try_from(*value).map_err(|_| format!("{value} is no file descriptor"))?;
        self.last += 1;
        match self.open.insert(fd, self.last) {
            None => Ok((self.last, fd)),
            Some(_) => Err(format!(
                "fd {fd} is given to a new socket, but no close of the one before it is in the log: close must be \
                 among the calls of -e trace"
            )),
        }
    }

    fn called(
        &mut self,
        socket: Kid,
        name: &str,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<Seen>, String> {
        let errno = match outcome {
            Outcome::Error(name) => Some(
                syscall::errno(name)
                    .ok_or_else(|| format!("{name} is no error of a socket that is known"))?,
            ),
            _ => None,
        };
        if errno == syscall::errno("EAGAIN") {
            return Ok(Some(Seen::WouldBlock { socket }));
        }
        if name == "shutdown" && arguments.get(1) == Some(&"SHUT_WR") && errno == syscall::errno("ENOTCONN") {
            return Ok(Some(Seen::ShutdownOfGone { socket }));
        }
        let moved = match outcome {
            Outcome::Value(value) => u64::try_from(*value).unwrap_or(0),
            _ => 0,
        };
        let result = errno.map_or(Ok(()), |errno| Err(Errno(Some(errno))));
        let call = match name {
            "connect" => return Ok(self.connects(socket, arguments, errno)),
            "getsockopt" => return Ok(self.connected(socket, arguments)),
            "dup" | "dup2" | "dup3" => {
                return Err(format!("{name} of a socket: it cannot be followed further"));
            }
            "fcntl" if arguments.get(1).is_some_and(|what| what.starts_with("F_DUPFD")) => {
                return Err("a socket is duplicated: it cannot be followed further".into());
            }
            // They change nothing and move nothing.
            "fcntl" | "getsockname" | "getpeername" => return Ok(None),
            _ if self.datagrams.contains(&socket) => of_datagram(what(name, arguments, moved), arguments),
            _ => what(name, arguments, moved),
        };
        if call == What::Close {
            self.datagrams.remove(&socket);
        }
        Ok(Some(Seen::Called { socket, call: Call { what: call, result } }))
    }

    fn connects(&mut self, socket: Kid, arguments: &[&str], errno: Option<i32>) -> Option<Seen> {
        let peer = arguments.get(1).and_then(|text| syscall::address(text));
        if errno == syscall::errno("EINPROGRESS") {
            self.connecting.insert(socket, peer);
            return None;
        }
        let result = errno.map_or(Ok(()), |errno| Err(Errno(Some(errno))));
        Some(Seen::Called { socket, call: Call { what: What::Connect { peer }, result } })
    }

    /// How a handshake ended is asked for with `SO_ERROR`.
    fn connected(&mut self, socket: Kid, arguments: &[&str]) -> Option<Seen> {
        if arguments.get(2) != Some(&"SO_ERROR") {
            return None;
        }
        let peer = self.connecting.remove(&socket)?;
        let error = arguments.get(3)?.trim_start_matches('[').trim_end_matches(']');
        let result = if error == "0" { Ok(()) } else { Err(Errno(syscall::errno(error))) };
        Some(Seen::Called { socket, call: Call { what: What::Connect { peer }, result } })
    }
}

/// A call that needs no memory of earlier ones.
fn what(name: &str, arguments: &[&str], moved: u64) -> What {
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    match name {
        "setsockopt" => What::Option { name: argument(2).to_owned(), value: syscall::bracketed(argument(3)) },
        "bind" => What::Bind { local: syscall::address(argument(1)) },
        "listen" => What::Listen { backlog: argument(1).parse().unwrap_or(-1) },
        "accept" | "accept4" => What::Accept { peer: None },
        // Nothing was read though there was room.
        "read" | "recvfrom" => What::Read { bytes: moved, eof: moved == 0 && argument(2) != "0" },
        "readv" | "recvmsg" => What::Read { bytes: moved, eof: moved == 0 },
        "write" | "sendto" => What::Write { bytes: moved, slices: None },
        "writev" => What::Write { bytes: moved, slices: argument(2).parse().ok() },
        "sendmsg" => {
            let slices = argument(1).split_once("msg_iovlen=").map(|(_, rest)| rest);
            let digits = slices.and_then(|rest| rest.split([',', '}']).next());
            What::Write { bytes: moved, slices: digits.and_then(|digits| digits.parse().ok()) }
        }
        "shutdown" if argument(1) == "SHUT_WR" => What::Shutdown,
        "close" => What::Close,
        other => What::Other(other.to_owned()),
    }
}

/// On a datagram socket each call is about one datagram, and an empty one is no end.
fn of_datagram(call: What, arguments: &[&str]) -> What {
    // What is not a buffer: that may hold anything.
    let peer =
        || arguments.iter().filter(|text| !text.starts_with('"')).find_map(|text| syscall::address(text));
    match call {
        What::Read { bytes, .. } => What::RecvFrom { bytes, peer: peer() },
        What::Write { bytes, .. } => What::SendTo { bytes, peer: peer() },
        other => other,
    }
}
