//! Calls that open, configure, connect and end sockets.

use socket_tap::event::{Addr, Domain, Op, SockId, SocketKind};

use super::address::{Described, UNNAMED, address, in_trace, is_incomplete};
use super::line::Outcome;
use super::processes::{Number, Target};
use super::socket::Socket;
use super::text::{after, comment, leading_number};
use super::tracker::{Ended, Tracker};

impl Tracker {
    /// Processes the end of a call.
    pub(super) fn ends(&mut self, ended: &Ended<'_>) {
        let socket = ended.target.and_then(Target::socket);
        if let Some(number) = socket {
            self.learns_from_comment(number, ended.call.arguments.get(0));
        }
        if ended.call.name == "sendmsg" && ended.value().is_none() {
            self.drops_unsent(ended.tid, ended.entry, ended.end);
        }
        match (ended.call.name, socket) {
            ("socket", _) => self.creates_socket(ended),
            ("accept" | "accept4", _) => self.accepts(ended, socket),
            ("bind", Some(number)) => self.binds(ended, number),
            ("listen", Some(number)) => self.listens(ended, number),
            ("connect", Some(number)) => self.connects(ended, number),
            ("getsockopt", Some(number)) => self.queries_error(ended, number),
            ("getsockname", Some(number)) => {
                if let Some(address) =
                    address(ended.call.arguments.get(1)).filter(|_| ended.value().is_some())
                {
                    self.learns_local(number, address);
                }
            }
            ("getpeername", Some(number)) if ended.value().is_some() => {
                self.connected(number, ended.end, None);
            }
            ("setsockopt", Some(number)) => self.sets_option(ended, number),
            ("shutdown", Some(number)) => self.shuts_down(ended, number),
            _ if self.changes_descriptors(ended) => {}
            (_, Some(number)) => self.transfers(ended, number),
            (_, None) => self.transfers_without_socket(ended),
        }
    }

    /// Stores the local address in the comment of a descriptor, if it is not known yet.
    pub(super) fn learns_from_comment(&mut self, number: Number, text: &str) {
        let may_learn =
            |socket: &Socket| socket.lacks_local() && socket.domain.is_ip() && !socket.was_disconnected;
        if !self.sockets.get(&number).is_some_and(may_learn) {
            return;
        }
        if let Some(local) = comment(text).and_then(Described::parse).and_then(|described| described.local) {
            self.learns_local(number, local);
        }
    }

    fn creates_socket(&mut self, ended: &Ended<'_>) {
        let arguments = ended.call.arguments;
        let flags = arguments.get(1);
        let Some(fd) = ended.new_fd() else {
            if let (Outcome::Error(error), Some((domain, kind))) = (ended.call.outcome, recorded_kind(ended))
            {
                let number = self.next_number();
                self.emits(number, ended.end, Op::socket(domain, kind), Some(error));
            }
            return;
        };
        let closes_on_exec = flags.contains("SOCK_CLOEXEC");
        let Some((domain, kind)) = recorded_kind(ended) else {
            return self.opens_unrecorded(ended.tid, fd, ended.end);
        };
        let op = Op::socket(domain.clone(), kind.clone());
        let number = self.opens(ended.tid, fd, Socket::new(domain, kind), closes_on_exec, ended.end);
        self.emits(number, ended.end, op.with_fd(fd), None);
    }

    fn accepts(&mut self, ended: &Ended<'_>, listener: Option<Number>) {
        let arguments = ended.call.arguments;
        let Some(on) = listener.and_then(SockId::new) else {
            if let Some(fd) = ended.new_fd() {
                self.opens_unrecorded(ended.tid, fd, ended.end);
            }
            return;
        };
        match ended.call.outcome {
            Outcome::Error(error) if !would_block(error) => {
                self.emits(on.get(), ended.end, Op::accept(on), Some(error));
            }
            Outcome::Value(_, text) => {
                let Some(fd) = ended.new_fd() else { return };
                let listening = self.sockets.get(&on.get());
                let domain = listening.map_or(Domain::Ip, |socket| socket.domain.clone());
                let mut socket = Socket::new(domain, SocketKind::Stream);
                let described = comment(text).and_then(Described::parse).filter(|_| socket.domain.is_ip());
                let bound = listening.and_then(|socket| socket.local.clone()).filter(is_specific);
                let (local, peer) =
                    described.map(|described| (described.local, described.peer)).unwrap_or_default();
                socket.local = local.or(bound);
                let unnamed = (socket.domain == Domain::Unix).then(|| Addr::Other(UNNAMED.to_owned()));
                socket.peer = address(arguments.get(1)).map(in_trace).or(peer).or(unnamed);
                socket.is_connection = true;
                let op = with_addresses(Op::accept(on).with_fd(fd), &socket);
                let closes_on_exec = arguments.get(3).contains("SOCK_CLOEXEC");
                let number = self.opens(ended.tid, fd, socket, closes_on_exec, ended.end);
                self.emits_with_local(number, ended.end, op, None);
            }
            _ => {}
        }
    }

    fn binds(&mut self, ended: &Ended<'_>, number: Number) {
        let bound = address(ended.call.arguments.get(1)).map(in_trace);
        match (ended.call.outcome, bound) {
            (Outcome::Value(..), Some(bound)) => {
                let op = Op::bind().with_local(bound.clone());
                let waits = is_incomplete(&bound);
                if let Some(socket) = self.sockets.get_mut(&number) {
                    (socket.local, socket.is_bound) = (Some(bound), true);
                }
                match waits {
                    true => self.emits_with_local(number, ended.end, op, None),
                    false => self.emits(number, ended.end, op, None),
                }
            }
            (Outcome::Error(error), Some(bound)) => {
                self.emits(number, ended.end, Op::bind().with_local(bound), Some(error));
            }
            _ => {}
        }
    }

    fn listens(&mut self, ended: &Ended<'_>, number: Number) {
        let backlog = leading_number(ended.call.arguments.get(1)).unwrap_or_default();
        let backlog = i32::try_from(backlog).unwrap_or(-1);
        match ended.call.outcome {
            Outcome::Value(..) => self.emits(number, ended.end, Op::listen(backlog), None),
            Outcome::Error(error) => self.emits(number, ended.end, Op::listen(backlog), Some(error)),
            Outcome::None => {}
        }
    }

    fn sets_option(&mut self, ended: &Ended<'_>, number: Number) {
        let (name, value) = (ended.call.arguments.get(2), ended.call.arguments.get(3));
        let linger = after(value, "l_linger=").and_then(leading_number);
        let integer = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')?.parse().ok());
        let Some(integer) = integer.or(linger).filter(|_| is_option_name(name)) else { return };
        let error = match ended.call.outcome {
            Outcome::Error(error) => Some(error),
            _ => None,
        };
        if let Some(socket) = self.sockets.get_mut(&number).filter(|_| error.is_none() && name == "SO_LINGER")
        {
            socket.aborts = integer == 0 && after(value, "l_onoff=").is_some_and(|on| !on.starts_with('0'));
        }
        self.emits(number, ended.end, Op::option(name.to_owned(), integer), error);
    }

    fn shuts_down(&mut self, ended: &Ended<'_>, number: Number) {
        if !matches!(ended.call.arguments.get(1), "SHUT_WR" | "SHUT_RDWR") {
            return;
        }
        match ended.call.outcome {
            // The connection is gone. tokio reports success, and so does a tap.
            Outcome::Value(..) | Outcome::Error("ENOTCONN") => {
                if let Some(socket) = self.sockets.get_mut(&number) {
                    socket.shuts_down();
                }
                self.emits(number, ended.entry, Op::Shutdown, None);
            }
            Outcome::Error(error) => self.emits(number, ended.end, Op::Shutdown, Some(error)),
            Outcome::None => {}
        }
    }
}

/// Returns `true` for errors after which a program tries again.
pub(super) fn would_block(error: &str) -> bool {
    matches!(error, "EAGAIN" | "EWOULDBLOCK" | "EINTR")
}

/// Returns the family and type of a new socket, if sockets of this kind are recorded.
fn recorded_kind(ended: &Ended<'_>) -> Option<(Domain, SocketKind)> {
    let arguments = ended.call.arguments;
    let domain = match arguments.get(0) {
        "AF_INET" | "PF_INET" => Domain::Ipv4,
        "AF_INET6" | "PF_INET6" => Domain::Ipv6,
        "AF_UNIX" | "PF_UNIX" | "AF_LOCAL" | "PF_LOCAL" => Domain::Unix,
        _ => return None,
    };
    let kind = match arguments.get(1).split('|').next()? {
        "SOCK_STREAM" => SocketKind::Stream,
        "SOCK_DGRAM" => SocketKind::Datagram,
        _ => return None,
    };
    let is_ping = arguments.get(2).starts_with("IPPROTO_ICMP");
    (!is_ping).then_some((domain, kind))
}

pub(super) fn with_addresses(mut op: Op, socket: &Socket) -> Op {
    if let Some(local) = &socket.local {
        op = op.with_local(local.clone());
    }
    if let Some(peer) = &socket.peer {
        op = op.with_peer(peer.clone());
    }
    op
}

/// Returns `true` unless the address stands for all addresses of the machine.
fn is_specific(address: &Addr) -> bool {
    !matches!(address, Addr::Ip(address) if address.ip().is_unspecified())
}

/// Returns `true` for a name as in the C headers. strace prints an unknown option as a number.
fn is_option_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(allowed)
}
