//! What the end of a call says of its socket.

use super::super::address::address;
use super::super::call::{Call, Errno, What};
use super::super::syscall::{self, Outcome};
use super::super::translate;
use super::{End, Kernel, Kid, Seen};

impl Kernel {
    pub(super) fn made(&mut self, arguments: &[&str], outcome: &Outcome) -> Result<Option<Seen>, String> {
        let domain = match arguments.first() {
            Some(&"AF_INET") => "ipv4",
            Some(&"AF_INET6") => "ipv6",
            Some(&"AF_UNIX") => "unix",
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

    /// A socket says its address; one that the process was given at its start, or by another, shows itself like this.
    pub(super) fn named(
        &mut self,
        about: Option<Kid>,
        end: End,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<Seen>, String> {
        let Some(fd) = arguments.first().and_then(|text| syscall::descriptor(text)) else { return Ok(None) };
        let succeeded = matches!(outcome, Outcome::Value(_));
        let address = arguments.get(1).filter(|_| succeeded).and_then(|text| address(text));
        let socket = match about {
            Some(socket) => socket,
            None if address.is_some() => {
                let (socket, _) = self.opens(&Outcome::Value(fd.into()))?;
                self.found.insert(socket);
                socket
            }
            None => return Ok(None),
        };
        Ok(Some(Seen::Named { socket, fd, end, address }))
    }

    pub(super) fn duplicated(&mut self, socket: Kid, outcome: &Outcome) -> Result<Option<Seen>, String> {
        let Outcome::Value(fd) = outcome else { return Ok(None) };
        // dup2 of a descriptor to itself.
        if i32::try_from(*fd).ok().and_then(|fd| self.open.get(&fd)) == Some(&socket) {
            return Ok(None);
        }
        let (copy, _) = self.opens(outcome)?;
        if self.datagrams.contains(&socket) {
            self.datagrams.insert(copy);
        }
        Ok(Some(Seen::Duplicated { socket, copy }))
    }

    /// The kernel gives a file descriptor to a new socket.
    pub(super) fn opens(&mut self, outcome: &Outcome) -> Result<(Kid, i32), String> {
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

    pub(super) fn called(
        &mut self,
        socket: Kid,
        name: &str,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<Seen>, String> {
        match name {
            "getsockopt" => return self.asked(socket, arguments),
            _ if translate::is_neutral(name, arguments) => return Ok(None),
            _ => {}
        }
        let errno = match outcome {
            Outcome::Error(name) => Some(errno_of(name)?),
            _ => None,
        };
        // A Unix listener whose queue is full refuses a connect with EAGAIN, and tokio does not ask again.
        if errno == syscall::errno("EAGAIN") && name != "connect" {
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
        let what = match name {
            "connect" => return Ok(self.connects(socket, arguments, errno)),
            _ if self.datagrams.contains(&socket) => translate::datagram_call(name, arguments, moved),
            _ => translate::call(name, arguments, moved),
        };
        if what == What::Close {
            self.datagrams.remove(&socket);
            self.connecting.remove(&socket);
            self.found.remove(&socket);
        }
        Ok(Some(Seen::Called { socket, call: Call { what, result } }))
    }

    fn connects(&mut self, socket: Kid, arguments: &[&str], errno: Option<i32>) -> Option<Seen> {
        let peer = arguments.get(1).and_then(|text| address(text));
        if errno == syscall::errno("EINPROGRESS") {
            self.connecting.insert(socket, peer);
            return None;
        }
        let result = errno.map_or(Ok(()), |errno| Err(Errno(Some(errno))));
        Some(Seen::Called { socket, call: Call { what: What::Connect { peer }, result } })
    }

    /// How a handshake ended is asked for with `SO_ERROR`.
    fn asked(&mut self, socket: Kid, arguments: &[&str]) -> Result<Option<Seen>, String> {
        match arguments.get(2) {
            Some(&"TCP_INFO") => return Ok(Some(Seen::Sampled { socket })),
            Some(&"SO_ERROR") => {}
            _ => return Ok(None),
        }
        let Some(peer) = self.connecting.remove(&socket) else { return Ok(None) };
        let error = arguments.get(3).copied().unwrap_or_default();
        let result = match error.trim_start_matches('[').trim_end_matches(']') {
            "0" => Ok(()),
            name => Err(Errno(Some(errno_of(name)?))),
        };
        Ok(Some(Seen::Called { socket, call: Call { what: What::Connect { peer }, result } }))
    }
}

fn errno_of(name: &str) -> Result<i32, String> {
    syscall::errno(name).ok_or_else(|| format!("{name} is no error of a socket that is known"))
}
