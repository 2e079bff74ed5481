//! Processes the lines of an strace log at which calls begin and end.

use super::super::address::address;
use super::super::log::Syscall;
use super::super::syscall::{self, Outcome};
use super::{End, Kernel, PendingCall, SocketCall};

impl Kernel {
    pub(super) fn begins(&mut self, call: &Syscall) -> Result<(), String> {
        if !self.threads.begins(call)? {
            return Ok(());
        }
        self.beginnings += 1;
        if let Some(time) = call.time {
            self.set_back |= time < self.latest;
            self.latest = time;
        }
        for watch in self.watched.remove(&call.tid).unwrap_or_default() {
            self.next_begun.insert(watch, self.beginnings);
        }
        let arguments = syscall::arguments(&call.arguments);
        let descriptor = |at: usize| arguments.get(at).and_then(|text| syscall::descriptor(text));
        let open = |fd: Option<i32>| self.open.get(&fd?).copied();
        // A close releases the number when it begins: another socket may get it before the log shows the end of the
        // close.
        let socket = match call.name.as_str() {
            "socket" => None,
            "close" => descriptor(0).and_then(|fd| self.open.remove(&fd)),
            "close_range" => return self.check_close_range(&arguments),
            // A splice transfers from a pipe to a socket, or from a socket to a pipe.
            "splice" => open(descriptor(0)).or_else(|| open(descriptor(2))),
            "dup2" | "dup3" if descriptor(0) != descriptor(1) && open(descriptor(1)).is_some() => {
                return Err(format!(
                    "{name} closes a socket; verify supports only sockets that are closed with close(2)",
                    name = call.name
                ));
            }
            _ => open(descriptor(0)),
        };
        self.pending.insert(call.tid, PendingCall { socket, begun: self.beginnings });
        Ok(())
    }

    /// Returns an error if `close_range` may close sockets. tokio does not close sockets with this call.
    fn check_close_range(&self, arguments: &[&str]) -> Result<(), String> {
        let bound = |at: usize, otherwise| {
            arguments.get(at).and_then(|text| text.parse::<i32>().ok()).unwrap_or(otherwise)
        };
        let (first, last) = (bound(0, 0), bound(1, i32::MAX));
        match self.open.keys().filter(|fd| (first..=last).contains(*fd)).min() {
            Some(fd) => Err(format!(
                "close_range closes a socket, fd {fd}; verify supports only sockets that are closed with close(2)"
            )),
            None => Ok(()),
        }
    }

    pub(super) fn ends(&mut self, call: &Syscall, outcome: &Outcome) -> Result<Option<SocketCall>, String> {
        self.threads.ends(call, outcome)?;
        // Calls of other processes are not tracked.
        let Some(pending) = self.pending.remove(&call.tid) else { return Ok(None) };
        if matches!(outcome, Outcome::Restarted | Outcome::Never) {
            return Ok(None);
        }
        (self.time, self.begun, self.thread) = (call.time, pending.begun, call.tid);
        self.earliest_entry = self.ended.insert(call.tid, self.beginnings).unwrap_or(0);
        let arguments = syscall::arguments(&call.arguments);
        match (call.name.as_str(), pending.socket) {
            ("socket", _) => self.created(&arguments, outcome),
            ("getsockname", socket) => self.address_queried(socket, End::Local, &arguments, outcome),
            ("getpeername", socket) => self.address_queried(socket, End::Peer, &arguments, outcome),
            (_, None) => Ok(None),
            ("accept" | "accept4", Some(listener)) if matches!(outcome, Outcome::Value(_)) => {
                let peer = arguments.get(1).and_then(|text| address(text));
                let (socket, fd) = self.opens(outcome)?;
                Ok(Some(SocketCall::Accepted { listener, socket, fd, peer }))
            }
            ("dup" | "dup2" | "dup3", Some(socket)) => self.duplicated(socket, outcome),
            ("fcntl", Some(socket))
                if arguments.get(1).is_some_and(|command| command.starts_with("F_DUPFD")) =>
            {
                self.duplicated(socket, outcome)
            }
            (name, Some(socket)) => self.called(socket, name, &arguments, outcome),
        }
    }
}
