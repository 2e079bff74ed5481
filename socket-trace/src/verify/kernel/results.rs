//! Interprets the results that the kernel returned for calls on sockets.

use super::super::address::address;
use super::super::call::{Call, CallKind, Errno};
use super::super::syscall::{self, Outcome};
use super::super::translate;
use super::{DescriptorId, End, Kernel, SocketCall};

impl Kernel {
    pub(super) fn created(
        &mut self,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<SocketCall>, String> {
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
        let call = Call::succeeded(CallKind::Socket { domain: domain.to_owned(), kind: kind.to_owned() });
        Ok(Some(SocketCall::Created { socket, fd, call }))
    }

    /// Interprets the result of `getsockname` or `getpeername`. Such a call may be the first on a socket that
    /// the process inherited.
    pub(super) fn address_queried(
        &mut self,
        known: Option<DescriptorId>,
        end: End,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<SocketCall>, String> {
        let Some(fd) = arguments.first().and_then(|text| syscall::descriptor(text)) else { return Ok(None) };
        let succeeded = matches!(outcome, Outcome::Value(_));
        let address = arguments.get(1).filter(|_| succeeded).and_then(|text| address(text));
        let socket = match known {
            Some(socket) => socket,
            None if address.is_some() => {
                let (socket, _) = self.opens(&Outcome::Value(fd.into()))?;
                self.found.insert(socket);
                socket
            }
            None => return Ok(None),
        };
        Ok(Some(SocketCall::Named { socket, fd, end, address }))
    }

    pub(super) fn duplicated(
        &mut self,
        socket: DescriptorId,
        outcome: &Outcome,
    ) -> Result<Option<SocketCall>, String> {
        let Outcome::Value(fd) = outcome else { return Ok(None) };
        // dup2 may duplicate a descriptor to itself.
        if i32::try_from(*fd).ok().and_then(|fd| self.open.get(&fd)) == Some(&socket) {
            return Ok(None);
        }
        let (copy, _) = self.opens(outcome)?;
        if self.datagrams.contains(&socket) {
            self.datagrams.insert(copy);
        }
        Ok(Some(SocketCall::Duplicated { socket, copy }))
    }

    /// Registers a new socket. `outcome` is the result of the call that created it: its file descriptor.
    /// Returns the socket's id and the file descriptor.
    pub(super) fn opens(&mut self, outcome: &Outcome) -> Result<(DescriptorId, i32), String> {
        let Outcome::Value(value) = outcome else {
            return Err("expected a file descriptor as the result, but the call failed".into());
        };
        let fd = i32::try_from(*value).map_err(|_| format!("{value} is not a file descriptor"))?;
        self.last += 1;
        match self.open.insert(fd, self.last) {
            None => Ok((self.last, fd)),
            Some(_) => Err(format!(
                "fd {fd} is assigned to a new socket, but the log has no close of the previous one; close must be \
                 among the calls of -e trace"
            )),
        }
    }

    pub(super) fn called(
        &mut self,
        socket: DescriptorId,
        name: &str,
        arguments: &[&str],
        outcome: &Outcome,
    ) -> Result<Option<SocketCall>, String> {
        match name {
            "getsockopt" => return self.queried(socket, arguments),
            _ if translate::is_neutral(name, arguments) => return Ok(None),
            _ => {}
        }
        let errno = match outcome {
            Outcome::Error(name) => Some(errno_of(name)?),
            _ => None,
        };
        // A Unix-domain listener with a full queue refuses a connect with EAGAIN, and tokio does not retry.
        if errno == syscall::errno("EAGAIN") && name != "connect" {
            return Ok(Some(SocketCall::WouldBlock { socket }));
        }
        if name == "shutdown" && arguments.get(1) == Some(&"SHUT_WR") && errno == syscall::errno("ENOTCONN") {
            return Ok(Some(SocketCall::ShutdownOfGone { socket }));
        }
        let moved = match outcome {
            Outcome::Value(value) => u64::try_from(*value).unwrap_or(0),
            _ => 0,
        };
        let result = errno.map_or(Ok(()), |errno| Err(Errno(Some(errno))));
        let kind = match name {
            "connect" => return Ok(self.connects(socket, arguments, errno)),
            _ if self.datagrams.contains(&socket) => translate::datagram_call(name, arguments, moved),
            _ => translate::call(name, arguments, moved),
        };
        if kind == CallKind::Close {
            self.datagrams.remove(&socket);
            self.connecting.remove(&socket);
            self.found.remove(&socket);
        }
        Ok(Some(SocketCall::Called { socket, call: Call { kind, result } }))
    }

    fn connects(
        &mut self,
        socket: DescriptorId,
        arguments: &[&str],
        errno: Option<i32>,
    ) -> Option<SocketCall> {
        let peer = arguments.get(1).and_then(|text| address(text));
        if errno == syscall::errno("EINPROGRESS") {
            self.connecting.insert(socket, peer);
            return None;
        }
        let result = errno.map_or(Ok(()), |errno| Err(Errno(Some(errno))));
        Some(SocketCall::Called { socket, call: Call { kind: CallKind::Connect { peer }, result } })
    }

    /// Interprets the result of `getsockopt`. The value of `SO_ERROR` is the result of a non-blocking
    /// connect.
    fn queried(&mut self, socket: DescriptorId, arguments: &[&str]) -> Result<Option<SocketCall>, String> {
        match arguments.get(2) {
            Some(&"TCP_INFO") => return Ok(Some(SocketCall::Sampled { socket })),
            Some(&"SO_ERROR") => {}
            _ => return Ok(None),
        }
        let Some(peer) = self.connecting.remove(&socket) else { return Ok(None) };
        let error = arguments.get(3).copied().unwrap_or_default();
        let result = match error.trim_start_matches('[').trim_end_matches(']') {
            "0" => Ok(()),
            name => Err(Errno(Some(errno_of(name)?))),
        };
        Ok(Some(SocketCall::Called { socket, call: Call { kind: CallKind::Connect { peer }, result } }))
    }
}

fn errno_of(name: &str) -> Result<i32, String> {
    syscall::errno(name).ok_or_else(|| format!("{name} is not a known error of a socket call"))
}
