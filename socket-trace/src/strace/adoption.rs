//! Sockets that were open before the log began.

use socket_tap::event::{Domain, Op, SocketKind};

use super::address::Described;
use super::calls::with_addresses;
use super::line::Tid;
use super::processes::Target;
use super::socket::Socket;
use super::text;
use super::tracker::Tracker;

impl Tracker {
    /// Begins to record a socket that was open before, if this call shows that it is one.
    pub(super) fn adopts(
        &mut self,
        tid: Tid,
        entry: u64,
        fd: i32,
        name: &str,
        arguments: text::Arguments<'_>,
    ) -> Option<Target> {
        let accepts = matches!(name, "accept" | "accept4" | "listen");
        let comment = text::comment(arguments.get(0));
        let described = match comment {
            Some(comment) => Described::parse(comment).filter(|described| {
                // Unnamed Unix-domain sockets connect a program with its children, or standard output with a log.
                accepts || described.domain != Domain::Unix || described.local.is_some()
            })?,
            None if accepts || matches!(name, "recvfrom" | "recvmsg" | "sendto" | "sendmsg") => {
                Described { domain: Domain::Ip, kind: SocketKind::Stream, local: None, peer: None }
            }
            None => return None,
        };
        let is_listener =
            described.kind == SocketKind::Stream && described.local.is_some() && described.peer.is_none();
        let kind = if accepts || (is_listener && described.domain.is_ip()) {
            SocketKind::Listener
        } else {
            described.kind
        };
        let op = Op::adopt(described.domain.clone(), kind.clone()).with_fd(fd);
        let mut socket = Socket::new(described.domain, kind);
        (socket.local, socket.peer) = (described.local, described.peer);
        socket.is_connection = socket.kind == SocketKind::Stream;
        let op = with_addresses(op, &socket);
        let number = self.opens(tid, fd, socket, false, entry);
        self.emits(number, entry, op, None);
        Some(Target::Socket(number))
    }
}
